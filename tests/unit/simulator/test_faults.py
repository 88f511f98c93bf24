"""Which calls does a fault meet?"""

from __future__ import annotations

from simulator.faults import ALL, CALLBACK, NO_FAULT, Fault, Faults

PATH = "/cgi-bin/user/get"


def test_a_fault_meets_as_many_calls_as_it_says():
    faults = Faults()
    faults.put(Fault(path=PATH, http_500=True, count=2))
    assert [faults.take(PATH).http_500 for _ in range(3)] == [True, True, False]
    assert faults.all() == []


def test_a_fault_without_a_number_stays_until_it_is_switched_off():
    faults = Faults()
    faults.put(Fault(path=PATH, busy=True))
    assert all(faults.take(PATH).busy for _ in range(10))
    faults.put(Fault(path=PATH))
    assert faults.take(PATH) == NO_FAULT


def test_a_path_s_own_fault_goes_before_the_one_for_all():
    faults = Faults()
    faults.put(Fault(path=ALL, busy=True))
    faults.put(Fault(path=PATH, quota_full=True, count=1))
    assert faults.take(PATH).quota_full
    assert faults.take(PATH).busy


def test_the_fault_for_all_api_paths_leaves_callbacks_alone():
    faults = Faults()
    faults.put(Fault(path=ALL, drop_answer=True))
    assert faults.take(CALLBACK) == NO_FAULT
    faults.put(Fault(path=CALLBACK, drop_answer=True))
    assert faults.take(CALLBACK).drop_answer
