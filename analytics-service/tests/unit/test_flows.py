"""The tree and the graph are cut to a screen, and what is cut stands as a rest."""

from analytics_service.domain.categories import Category, CategoryTree, Tally
from analytics_service.domain.flows import (
    MAX_FLOW_CATEGORIES,
    MAX_FLOW_MERCHANTS,
    MAX_SOURCES,
    FlowNode,
    build_graph,
    build_tree,
)

TREE = CategoryTree(
    [
        Category(1, "餐饮"),
        Category(2, "早餐", parent_id=1),
        Category(3, "午餐", parent_id=1),
        Category(4, "交通"),
    ]
)


def count_nodes(node: FlowNode) -> int:
    return 1 + sum(map(count_nodes, node.children))


def test_a_tree_has_the_largest_first_and_adds_up() -> None:
    pairs = {
        (2, 7): Tally(2, 300),
        (3, 7): Tally(1, 900),
        (3, 0): Tally(1, 50),
        (1, 8): Tally(1, 10),
        (4, 9): Tally(5, 400),
    }

    root = build_tree(TREE, pairs, top_level=1, depth=3)

    assert (root.tally, [node.key for node in root.children]) == (Tally(10, 1660), [1, 4])
    food, transport = root.children
    assert [(node.key, node.tally.amount_minor, node.exact) for node in food.children] == [
        (3, 950, False),
        (2, 300, False),
        (1, 10, True),
    ]
    lunch = food.children[0]
    assert [(n.kind, n.key, n.tally.amount_minor) for n in lunch.children] == [
        ("merchant", 7, 900),
        ("rest", None, 50),
    ]
    assert [(node.kind, node.key) for node in transport.children] == [("merchant", 9)]


def test_a_tree_of_thousands_has_at_most_two_hundred_nodes() -> None:
    tree = CategoryTree(
        Category(n, f"类{n}", parent_id=n // 10 if n >= 10 else None) for n in range(1, 100)
    )
    pairs = {
        (category, label): Tally(1, category * label)
        for category in range(1, 100)
        for label in range(1, 40)
    }

    root = build_tree(tree, pairs, top_level=1, depth=3)

    assert count_nodes(root) <= 200
    assert root.tally.count == len(pairs)


def test_a_graph_keeps_to_forty_nodes_and_what_flows_in_flows_out() -> None:
    tree = CategoryTree(Category(n, f"类{n}") for n in range(1, 60))
    by_source = {(c, 1 + c % 30): Tally(1, c) for c in range(1, 60)}
    by_merchant = {(c, 100 + c): Tally(1, c) for c in range(1, 60)}

    graph = build_graph(tree, by_source, by_merchant, level=1)

    assert len(graph.nodes) == MAX_SOURCES + MAX_FLOW_CATEGORIES + MAX_FLOW_MERCHANTS + 3
    whole = sum(range(1, 60))
    for column in ("source", "category"):
        left = [link for link in graph.links if column in {link.source.kind, link.source.of}]
        assert sum(link.tally.amount_minor for link in left) == whole
