from creditbus.services.domain.event import Origin
from creditbus.services.domain.ledger import Bookings, Entry, Ledger, Outcome


def origin(department: str = "tax-bureau", file: str = "grades.csv", run: str = "run") -> Origin:
    return {"department": department, "run": run, "file": file, "sheet": "", "row": 7}


def test_bookings_of_one_entry_add_up_and_those_that_cancel_out_are_left_away() -> None:
    bookings = Bookings()
    bookings.book(origin(), "item", Outcome.RECEIVED)
    bookings.book(origin(), "item", Outcome.RECEIVED)
    bookings.book(origin(), "item", Outcome.PARKED)
    bookings.book(origin(), "item", Outcome.PARKED, count=-1)
    assert bookings.deltas() == [(Entry("tax-bureau", "run", "grades.csv", "item", "received", ""), 2)]


def test_deltas_stand_in_a_fixed_order() -> None:
    one, other = Bookings(), Bookings()
    for bookings, order in ((one, ("a", "b")), (other, ("b", "a"))):
        for item in order:
            bookings.book(origin(), item, Outcome.RECEIVED)
    assert one.deltas() == other.deltas()


def summed(*booked: tuple[Origin, Outcome, str, int]) -> Ledger:
    bookings = Bookings()
    for place, outcome, reason, count in booked:
        bookings.book(place, "item", outcome, reason, count)
    ledger = Ledger()
    ledger.add(bookings.deltas())
    return ledger


def test_what_was_received_and_not_yet_decided_is_in_flight() -> None:
    ledger = summed((origin(), Outcome.RECEIVED, "", 3), (origin(), Outcome.APPLIED, "NEW", 2))
    assert ledger.in_flight == 1
    assert not ledger.balanced
    assert not ledger.departments["tax-bureau"].balanced


def test_every_outcome_balances_and_remarks_do_not_count() -> None:
    outcomes = (Outcome.APPLIED, Outcome.DUPLICATE, Outcome.STALE, Outcome.REJECTED, Outcome.HELD, Outcome.PARKED)
    remarks = (Outcome.CAUTION, Outcome.NORMALISED)
    ledger = summed(
        (origin(), Outcome.RECEIVED, "", 6),
        *((origin(), outcome, "REASON" if outcome is Outcome.REJECTED else "", 1) for outcome in outcomes),
        *((origin(), remark, "NAME_MISMATCH" if remark is Outcome.CAUTION else "", 5) for remark in remarks),
    )
    assert ledger.balanced
    account = ledger.departments["tax-bureau"].as_json()
    assert account["rejected"] == {"REASON": 1}
    assert account["cautions"] == {"NAME_MISMATCH": 5}
    assert account["normalised"] == 5
    assert account["balanced"] is True
    assert [account[outcome.value] for outcome in outcomes if outcome is not Outcome.REJECTED] == [1] * 5


def test_one_departments_surplus_does_not_hide_anothers_loss() -> None:
    ledger = summed((origin("court"), Outcome.RECEIVED, "", 1), (origin("tax-bureau"), Outcome.APPLIED, "NEW", 1))
    assert ledger.in_flight == 0
    assert not ledger.balanced


def test_files_and_runs_are_kept_apart() -> None:
    ledger = summed(
        (origin(file="a.csv"), Outcome.RECEIVED, "", 1),
        (origin(file="b.csv"), Outcome.RECEIVED, "", 2),
        (origin(file="b.csv", run="second"), Outcome.RECEIVED, "", 3),
    )
    assert {key[2:]: account.counts["received"] for key, account in ledger.files.items()} == {
        ("a.csv", "run"): 1,
        ("b.csv", "run"): 2,
        ("b.csv", "second"): 3,
    }
    assert [file["run"] for file in ledger.as_json()["files"]] == ["run", "run", "second"]  # type: ignore[attr-defined] # a list of mappings
    assert ledger.departments["tax-bureau"].counts["received"] == 6


def test_what_left_a_waiting_place_is_counted_there_no_more() -> None:
    ledger = summed((origin(), Outcome.RECEIVED, "", 1), (origin(), Outcome.PARKED, "", 1))
    out = Bookings()
    out.book(origin(), "item", Outcome.PARKED, count=-1)
    out.book(origin(), "item", Outcome.APPLIED, "NEW")
    ledger.add(out.deltas())
    assert ledger.balanced
    assert (ledger.departments["tax-bureau"].as_json())["parked"] == 0
    assert (ledger.departments["tax-bureau"].as_json())["changes"] == {"new": 1}
