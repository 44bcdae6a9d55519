// Enough instances for the requests in the service, and patience before they are taken away. Standard library only.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math"
	"os"
)

const (
	perInstance = 4   // requests that an instance is to have at a time
	patienceS   = 120 // for how long fewer must have been enough
)

type question struct {
	TimeS    float64            `json:"time_s"`
	Replicas int                `json:"replicas"`
	Metrics  map[string]float64 `json:"metrics"` // a concurrency always has a value
}

type answer struct {
	Replicas int                `json:"replicas"`
	Reason   string             `json:"reason"`
	Inputs   map[string]float64 `json:"inputs"`
}

type recommendation struct {
	atS      float64
	replicas int
}

func decide(q question, recent []recommendation) (answer, []recommendation) {
	load := q.Metrics["load"]
	wanted := int(math.Ceil(load / perInstance))
	reason := fmt.Sprintf("%.1f requests, %d for each", load, perInstance)
	highest := wanted
	kept := []recommendation{}
	for _, r := range recent {
		if r.atS > q.TimeS-patienceS {
			kept = append(kept, r)
			highest = max(highest, r.replicas)
		}
	}
	kept = append(kept, recommendation{q.TimeS, wanted})
	replicas := max(wanted, min(q.Replicas, highest))
	return answer{replicas, reason, map[string]float64{"wanted": float64(wanted)}}, kept
}

func main() {
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout) // Encode ends each line
	var greeting map[string]any
	if err := in.Decode(&greeting); err != nil {
		log.Fatal(err)
	}
	if err := out.Encode(map[string]int{"windtunnel_policy": 1}); err != nil {
		log.Fatal(err)
	}
	var recent []recommendation
	for {
		var q question
		if err := in.Decode(&q); err == io.EOF {
			return
		} else if err != nil {
			log.Fatal(err)
		}
		var a answer
		a, recent = decide(q, recent)
		if err := out.Encode(a); err != nil {
			log.Fatal(err)
		}
	}
}
