"""Of each version what it changed is read, and what comes of it is as if all of it had been."""

from random import Random

from creditbus.services.domain.feed.policy import DeclaredGrants
from creditbus.services.worker.grants import GrantVersions, declared_grants
from creditbus.topics.city import example_city
from creditbus.topics.city.published import PublishedCity, files_of

FILES = files_of(example_city())
AGENCY, HOUSING = "subscribers/agency-xinda.yaml", "subscribers/department-housing.yaml"
GRADE, PENALTY = "catalogue/tax-credit-grade", "catalogue/administrative-penalty"


def versions(seed: int, count: int) -> list[PublishedCity]:
    """Draw versions of which each differs from the one before it; parties and items come, change and go."""
    chance, files, made = Random(seed), dict(FILES), []
    for number in range(1, count + 1):
        made.append(PublishedCity(number, number, dict(files)))
        what = chance.choice(("subscriber", "gone", "item", "item gone", "nothing", "both"))
        if what in {"subscriber", "both"}:
            files[AGENCY] = FILES[AGENCY] + f"# {chance.randrange(4)}\n"
            disclosure = chance.choice(("public", "shared"))
            files[HOUSING] = FILES[HOUSING].replace("disclosure: shared", f"disclosure: {disclosure}")
        if what == "gone":
            files.pop(AGENCY, None)
        if what in {"item", "both"}:
            files |= {path: text for path, text in FILES.items() if path.startswith(GRADE)}
            path = f"{PENALTY}/item.yaml"
            files[path] = FILES[path].replace("category: 行政管理信息", f"category: 示例{chance.randrange(3)}")
        if what == "item gone":
            files = {path: text for path, text in files.items() if not path.startswith(GRADE)}
    return made


def test_versions_are_as_if_each_had_been_read_whole() -> None:
    for seed in range(4):
        taken = GrantVersions()
        for published in versions(seed, 12):
            taken.add(published)
            assert whole(taken.history().newest) == whole(declared_grants(published)), f"seed {seed}"
        assert len({one.items["administrative-penalty"].category for one in taken.history()._ordered}) > 1


def whole(declared: DeclaredGrants) -> tuple[object, ...]:
    return declared.version, declared.grants, list(declared.items.items())


def test_what_did_not_change_is_not_read_again() -> None:
    taken = GrantVersions()
    taken.add(PublishedCity(1, 1, FILES))
    taken.add(PublishedCity(2, 2, {**FILES, AGENCY: FILES[AGENCY] + "# said\n"}))
    first, second = taken.history()._ordered
    assert second.items is first.items
    assert second.grants["department-housing"] is first.grants["department-housing"]
