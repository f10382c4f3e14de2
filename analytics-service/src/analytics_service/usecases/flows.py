"""How spending is tied together: categories with their merchants, sources with both."""

from analytics_service.domain.filters import Filter
from analytics_service.domain.flows import FlowGraph, FlowNode, build_graph, build_tree
from analytics_service.domain.ports import Snapshot
from analytics_service.usecases.charts import check_range, split_level


def behaviour_tree(snapshot: Snapshot, where: Filter, *, depth: int) -> FlowNode:
    """Categories, those below them, and merchants, below the category that was asked for.

    Raises:
        InvalidRange: the range ends before it begins.
    """
    check_range(where)
    tree = snapshot.categories(where.owner_id)
    pairs = snapshot.by_category_and_merchant(where)
    return build_tree(tree, pairs, top_level=split_level(tree, where), depth=depth)


def behaviour_graph(snapshot: Snapshot, where: Filter) -> FlowGraph:
    """The flow from the sources of statements to categories to merchants.

    Raises:
        InvalidRange: the range ends before it begins.
    """
    check_range(where)
    tree = snapshot.categories(where.owner_id)
    return build_graph(
        tree,
        snapshot.by_category_and_source(where),
        snapshot.by_category_and_merchant(where),
        level=split_level(tree, where),
    )
