# The tests that run whole programs: language cases, parallel scripts, hostile input. They need the interpreter,
# and Debian's CPython as the oracle.
set(ATOLL_ORACLE /usr/bin/python3.11)
set(ATOLL_UNDER_TEST --atoll $<TARGET_FILE:atoll>)

# Sanitizers make programs ten to twenty times slower: fewer repeats there, and small sizes only.
if(ATOLL_SANITIZE)
    set(SCRIPT_REPEAT 2)
    set(HOSTILE_COUNT 40)
    set(HOSTILE_OPTIONS --no-syntax)
else()
    set(SCRIPT_REPEAT 5)
    set(CHAOS_SEEDS 1,2)
    set(HOSTILE_COUNT 200)
    set(HOSTILE_CALLS 2000)
    set(HOSTILE_LIMITS 60)
    set(HOSTILE_OPTIONS)
endif()

file(GLOB LANGUAGE_CASES CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}/language language/*.py)
list(REMOVE_ITEM LANGUAGE_CASES run.py support.py audit_support.py)
if(ATOLL_SANITIZE)
    list(REMOVE_ITEM LANGUAGE_CASES long_calls.py) # how long calls of many seconds hold others up: a matter of time alone
endif()
foreach(case ${LANGUAGE_CASES})
    string(REGEX REPLACE "\\.py$" "" name ${case})
    add_test(NAME language.${name}
        COMMAND ${ATOLL_ORACLE} ${CMAKE_CURRENT_SOURCE_DIR}/language/run.py ${ATOLL_UNDER_TEST} -j1 --timeout 120 ${case})
    set(labels language)
    if(name MATCHES "^(threading|concurrent|queue)")
        list(APPEND labels concurrent)
    endif()
    set_tests_properties(language.${name} PROPERTIES LABELS "${labels}" TIMEOUT 240)
    if(name MATCHES "^(threading|concurrent|queue)" AND NOT ATOLL_SANITIZE) # under sanitizers: ./dev stress
        add_test(NAME chaos.${name}
            COMMAND ${ATOLL_ORACLE} ${CMAKE_CURRENT_SOURCE_DIR}/language/run.py ${ATOLL_UNDER_TEST} -j1 --timeout 120
                --chaos ${CHAOS_SEEDS} ${case})
        set_tests_properties(chaos.${name} PROPERTIES LABELS "chaos;concurrent" TIMEOUT 400)
    endif()
endforeach()

file(GLOB SCRIPTS CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/stress/scripts
    ${PROJECT_SOURCE_DIR}/stress/scripts/*.py)
foreach(script ${SCRIPTS})
    string(REGEX REPLACE "\\.py$" "" name ${script})
    add_test(NAME scripts.${name}
        COMMAND ${ATOLL_ORACLE} ${CMAKE_CURRENT_SOURCE_DIR}/scripts/run.py ${ATOLL_UNDER_TEST}
            --size small --repeat ${SCRIPT_REPEAT} --timeout 100 ${name})
    set_tests_properties(scripts.${name} PROPERTIES LABELS "scripts;concurrent" TIMEOUT 400)
    if(NOT ATOLL_SANITIZE AND CMAKE_BUILD_TYPE STREQUAL Release)
        add_test(NAME scripts.${name}.full
            COMMAND ${ATOLL_ORACLE} ${CMAKE_CURRENT_SOURCE_DIR}/scripts/run.py ${ATOLL_UNDER_TEST}
                --repeat 1 --threads 2,4 --timeout 100 ${name})
        set_tests_properties(scripts.${name}.full PROPERTIES LABELS "scripts;concurrent" TIMEOUT 400)
        add_test(NAME chaos.${name}
            COMMAND ${ATOLL_ORACLE} ${CMAKE_CURRENT_SOURCE_DIR}/scripts/run.py ${ATOLL_UNDER_TEST}
                --size small --repeat 1 --threads 4 --chaos ${CHAOS_SEEDS} --timeout 100 ${name})
        set_tests_properties(chaos.${name} PROPERTIES LABELS "chaos;concurrent" TIMEOUT 400)
    endif()
endforeach()

add_test(NAME hostile.mutants
    COMMAND ${ATOLL_ORACLE} ${PROJECT_SOURCE_DIR}/stress/hostile/mutate.py ${ATOLL_UNDER_TEST}
        --count ${HOSTILE_COUNT} -j1 ${HOSTILE_OPTIONS})
set_tests_properties(hostile.mutants PROPERTIES LABELS hostile TIMEOUT 600)

if(NOT ATOLL_SANITIZE) # under AddressSanitizer: ./dev stress
    add_test(NAME hostile.calls
        COMMAND ${ATOLL_ORACLE} ${PROJECT_SOURCE_DIR}/stress/hostile/calls.py ${ATOLL_UNDER_TEST}
            --count ${HOSTILE_CALLS} -j1)
    set_tests_properties(hostile.calls PROPERTIES LABELS hostile TIMEOUT 600)
endif()
if(NOT ATOLL_SANITIZE) # which reserves more than any limit
    add_test(NAME hostile.limits
        COMMAND ${ATOLL_ORACLE} ${PROJECT_SOURCE_DIR}/stress/hostile/limits.py ${ATOLL_UNDER_TEST}
            --count ${HOSTILE_LIMITS} -j1)
    set_tests_properties(hostile.limits PROPERTIES LABELS hostile TIMEOUT 600)
    add_test(NAME interrupted_calls
        COMMAND ${ATOLL_ORACLE} ${PROJECT_SOURCE_DIR}/stress/bench/long_calls.py ${ATOLL_UNDER_TEST} --interrupt
            power comb product "text of a huge int")
    set_tests_properties(interrupted_calls PROPERTIES LABELS unit TIMEOUT 300)
endif()
# Long calls by the processor's clock: a sample, of what once kept grace periods waiting; ./dev stress measures all.
if(CMAKE_BUILD_TYPE STREQUAL Release)
    add_test(NAME long_calls
        COMMAND ${ATOLL_ORACLE} ${PROJECT_SOURCE_DIR}/stress/bench/long_calls.py ${ATOLL_UNDER_TEST} --where
            "array to a list" "struct unpacked" pickled "tuple unpickled" marshalled "deep list dropped" "deques ordered"
            "digests compared" "document parsed" "element copied deeply" "text stored" "ctypes array listed"
            "compressed by lzma" "isinstance of many" "compile of with" "future of many callbacks")
    set_tests_properties(long_calls PROPERTIES LABELS unit TIMEOUT 600)
endif()
add_test(NAME hostile.damage
    COMMAND ${ATOLL_ORACLE} ${PROJECT_SOURCE_DIR}/stress/hostile/damage.py ${ATOLL_UNDER_TEST}
        --count ${HOSTILE_COUNT} -j1)
set_tests_properties(hostile.damage PROPERTIES LABELS hostile TIMEOUT 600)

add_test(NAME smoke COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/smoke $<TARGET_FILE:atoll>)
set_tests_properties(smoke PROPERTIES LABELS "unit" TIMEOUT 120)

# Limits that sanitizers, which reserve terabytes themselves, cannot live with.
if(NOT ATOLL_SANITIZE)
    add_test(NAME limits COMMAND ${ATOLL_ORACLE} ${CMAKE_CURRENT_SOURCE_DIR}/runtime/limits.py $<TARGET_FILE:atoll>)
    set_tests_properties(limits PROPERTIES LABELS "unit" TIMEOUT 300)
endif()

# No memory: a sample of the allocations of a few scripts; `tests/nomem/run.py --all` tries every one.
if(ATOLL_SANITIZE)
    set(NOMEM_RUNS 8)
else()
    set(NOMEM_RUNS 60)
endif()
add_test(NAME nomem
    COMMAND ${ATOLL_ORACLE} ${CMAKE_CURRENT_SOURCE_DIR}/nomem/run.py ${ATOLL_UNDER_TEST} --runs ${NOMEM_RUNS})
set_tests_properties(nomem PROPERTIES LABELS "unit" TIMEOUT 300)

add_test(NAME bytecode_cache
    COMMAND ${ATOLL_ORACLE} ${CMAKE_CURRENT_SOURCE_DIR}/runtime/bytecode_cache.py ${ATOLL_UNDER_TEST})
set_tests_properties(bytecode_cache PROPERTIES LABELS "unit" TIMEOUT 300)

# CPython's own test modules, against the ledger of what passes (release: sanitizers have ./dev conformance --preset).
# Left out here for their time alone: what waits for processes and threads by design.
if(CMAKE_BUILD_TYPE STREQUAL Release)
    file(STRINGS conformance/core.txt CORE_LINES)
    string(REPLACE " " ";" CORE_MODULES "${CORE_LINES}")
    list(REMOVE_ITEM CORE_MODULES test_concurrent_futures test_threading)
    foreach(module ${CORE_MODULES})
        add_test(NAME conformance.${module}
            COMMAND ${ATOLL_ORACLE} ${CMAKE_CURRENT_SOURCE_DIR}/conformance/run.py ${ATOLL_UNDER_TEST} --check -j1
                --timeout 240 ${module})
        set_tests_properties(conformance.${module} PROPERTIES LABELS conformance TIMEOUT 300)
    endforeach()
endif()
