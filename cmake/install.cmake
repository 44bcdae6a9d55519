# cmake --install: the command, the libraries and their headers (include/windtunnel/sim/…, include/windtunnel/models/…), and
# what find_package(windtunnel) needs for windtunnel::sim and windtunnel::models.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set_target_properties(windtunnel_sim PROPERTIES EXPORT_NAME sim)
set_target_properties(windtunnel_models PROPERTIES EXPORT_NAME models)
target_compile_features(windtunnel_sim PUBLIC cxx_std_20)  # the headers need it, whoever includes them

install(TARGETS windtunnel_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT command)
install(TARGETS windtunnel_sim windtunnel_models
        EXPORT windtunnel-targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/sim ${PROJECT_SOURCE_DIR}/models
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/windtunnel COMPONENT development
        FILES_MATCHING PATTERN "*.hpp")

set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/windtunnel)
install(EXPORT windtunnel-targets NAMESPACE windtunnel:: DESTINATION ${config_folder} COMPONENT development)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/windtunnel-config.cmake.in
                              ${PROJECT_BINARY_DIR}/windtunnel-config.cmake
                              INSTALL_DESTINATION ${config_folder})
# Before 1.0 a minor version may change what headers promise.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/windtunnel-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/windtunnel-config.cmake ${PROJECT_BINARY_DIR}/windtunnel-config-version.cmake
        DESTINATION ${config_folder} COMPONENT development)
