from hypothesis import given
from hypothesis import strategies as st

from analytics_service.domain.categories import Category, CategoryTree, Tally
from analytics_service.domain.shares import change_ratio, shares_of

TREE = CategoryTree(
    [
        Category(id=1, name="餐饮"),
        Category(id=2, name="早餐", parent_id=1),
        Category(id=3, name="豆浆", parent_id=2),
        Category(id=4, name="交通"),
        Category(id=5, name="孤儿", parent_id=99),
    ]
)


def test_figures_fold_to_the_ancestor_of_a_level() -> None:
    own = {1: Tally(1, 10), 2: Tally(1, 20), 3: Tally(1, 30), 4: Tally(1, 40), 77: Tally(1, 50)}

    assert TREE.fold(own, 1) == {1: Tally(3, 60), 4: Tally(1, 40), 77: Tally(1, 50)}
    assert TREE.fold(own, 2)[1] == Tally(1, 10)
    assert TREE.fold(own, 2)[2] == Tally(2, 50)


def test_a_subtree_holds_the_category_and_all_below() -> None:
    assert TREE.subtree(1) == {1, 2, 3}
    assert TREE.subtree(77) == {77}


def test_a_category_of_a_missing_parent_is_a_root() -> None:
    assert TREE.path(5) == (5,)


def test_a_cycle_is_cut_at_its_smallest_id() -> None:
    tree = CategoryTree(
        [
            Category(id=3, name="c", parent_id=2),
            Category(id=2, name="b", parent_id=1),
            Category(id=1, name="a", parent_id=3),
            Category(id=4, name="d", parent_id=2),
        ]
    )

    assert [tree.path(number) for number in (1, 2, 3, 4)] == [(1,), (1, 2), (1, 2, 3), (1, 2, 4)]
    assert tree.subtree(1) == {1, 2, 3, 4}


@given(parts=st.lists(st.integers(0, 10**12), min_size=1, max_size=40))
def test_shares_of_all_parts_add_up_to_one(parts: list[int]) -> None:
    shares = shares_of(parts, sum(parts))

    micros = sum(round(share * 1_000_000) for share in shares)
    assert micros == (1_000_000 if sum(parts) else 0)
    for part, share in zip(parts, shares, strict=True):
        assert not sum(parts) or abs(share - part / sum(parts)) <= 1e-6


def test_a_third_each_is_rounded_so_that_the_whole_is_kept() -> None:
    assert shares_of([1, 1, 1], 3) == [0.333334, 0.333333, 0.333333]


def test_nothing_before_means_no_ratio() -> None:
    assert change_ratio(100, 0) is None
    assert change_ratio(150, 100) == 0.5
