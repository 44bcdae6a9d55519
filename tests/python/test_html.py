import math
import re
import xml.etree.ElementTree as ET

from conftest import mm1

import windtunnel as wt
from windtunnel import html


def test_a_page_is_well_formed_and_says_what_was_promised():
    objective = {"metric": "latency", "service": "server", "quantile": 0.99, "below": "1s"}
    page = wt.run(mm1(objectives=[objective]))._repr_html_()
    ET.fromstring(f"<div>{page}</div>")
    assert "✓" in page and "one queue" in page
    assert page.count("<svg") == 2


def test_one_replication_has_no_interval():
    objective = {"metric": "latency", "service": "server", "quantile": 0.99, "below": "1s"}
    page = wt.run(mm1(objectives=[objective]))._repr_html_()
    assert "one replication" in page and "±" not in page
    page = wt.run(mm1(objectives=[objective]), replications=3)._repr_html_()
    assert "one replication" not in page and "± " in page


def test_names_are_escaped():
    assert "<b>" not in wt.run(mm1(name="<b>bold</b>"))._repr_html_()


def test_gaps_interrupt_a_line():
    picture = html.chart([0, 1, 2, 3, 4], {"x": [1, 2, math.nan, 3, 4]}, title="x")
    lines = re.findall(r'points="([^"]*)"', picture)
    assert [len(line.split()) for line in lines] == [2, 2]


def test_figures_read_well():
    assert html.figure(0.0195, "s") == "19.5 ms"
    assert html.figure(0.9934, "share") == "99.34 %"
    assert html.figure(1234567, "count") == "1,234,567"
    assert html.figure(math.nan, "s") == "–"
