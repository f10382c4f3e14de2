"""The wire form of flows: trees and graphs of sources, categories and merchants."""

from collections.abc import Callable, Mapping

from analytics_service.api.presenter import Json, Presenter
from analytics_service.domain.categories import Category
from analytics_service.domain.figures import CategoryFigure
from analytics_service.domain.flows import FlowGraph, FlowNode

Names = Mapping[int, str]


class FlowBodies:
    """Writes the flows of one filter.

    Args:
        show: the presenter of the filter.
        names: the texts of the labels that stand in the nodes.
        category: a category by its id.
    """

    def __init__(self, show: Presenter, names: Names, category: Callable[[int], Category]) -> None:
        self._show = show
        self._names = names
        self._category = category

    def tree(self, root: FlowNode, *, depth: int) -> Json:
        """The answer of /analytics/behavior-tree as a tree."""
        body = self._node(root, self._show.narrowed())
        return {"form": "tree", "depth": depth, **self._show.total(root.tally), "root": body}

    def graph(self, graph: FlowGraph) -> Json:
        """The answer of /analytics/behavior-tree as a graph."""
        return {
            "form": "sankey",
            **self._show.total(graph.total),
            "nodes": [
                {"id": _id(node), **self._plain(node), "filter": self._query(node)}
                for node in graph.nodes
            ],
            "links": [
                {
                    "source": _id(link.source),
                    "target": _id(link.target),
                    **self._show.figure(link.tally),
                    "filter": self._both(link.source, link.target),
                }
                for link in graph.links
            ],
        }

    def _node(self, node: FlowNode, above: Json | None) -> Json:
        query = above if node.kind == "all" else self._query(node, above)
        children = [self._node(child, query) for child in node.children]
        return {**self._plain(node), "filter": query, "children": children}

    def _plain(self, node: FlowNode) -> Json:
        category = self._category(node.key or 0) if node.kind == "category" else None
        name = category.name if category else self._names.get(node.key or 0, "")
        return {
            "kind": node.kind,
            "of": node.of or None,
            "key": self._key(node, name),
            "name": name,
            "code": category.code if category else None,
            **self._show.figure(node.tally),
            "folded": node.folded,
        }

    def _key(self, node: FlowNode, name: str) -> str | None:
        if node.kind == "category":
            return str(node.key) if node.key else None
        return name if node.key else None

    def _query(self, node: FlowNode, above: Json | None = None) -> Json | None:
        """The rows of a node; those of a rest have nothing that they alone share."""
        if node.kind == "rest" or node.key is None:
            return None
        if node.kind == "category":
            figure = CategoryFigure(self._category(node.key), node.tally, 0.0, exact=node.exact)
            return self._show.category_query(figure)
        return {**(above or self._show.narrowed()), node.kind: self._names[node.key]}

    def _both(self, source: FlowNode, target: FlowNode) -> Json | None:
        left, right = self._query(source), self._query(target)
        return {**left, **right} if left is not None and right is not None else None


def _id(node: FlowNode) -> str:
    return f"{node.of}:rest" if node.kind == "rest" else f"{node.kind}:{node.key}"
