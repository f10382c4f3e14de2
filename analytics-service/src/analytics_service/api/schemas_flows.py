"""The answers of the flows as the OpenAPI document describes them."""

from marshmallow import Schema, fields

from analytics_service.api.schemas import QUERY, AnswerSchema, TotalsSchema


class FlowFigureSchema(Schema):
    """An amount in major units and its rows; a rest has no query that yields it alone."""

    amount = fields.Float(required=True)
    count = fields.Integer(required=True)
    filter = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, allow_none=True, metadata=QUERY
    )


class FlowNodeSchema(FlowFigureSchema):
    """A source, category or merchant, or the rest of its siblings (`of` which kind)."""

    kind = fields.String(
        required=True, metadata={"enum": ["all", "source", "category", "merchant", "rest"]}
    )
    of = fields.String(required=True, allow_none=True)
    key = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    code = fields.String(required=True, allow_none=True)
    folded = fields.Integer(
        required=True, metadata={"description": "how many nodes a rest stands for"}
    )


class TreeNodeSchema(FlowNodeSchema):
    """A node with those below it, which add up to it."""

    children = fields.List(fields.Nested("TreeNodeSchema"), required=True)


class GraphNodeSchema(FlowNodeSchema):
    """A node of the graph."""

    id = fields.String(required=True)


class FlowLinkSchema(FlowFigureSchema):
    """What flows from one node to another."""

    source = fields.String(required=True)
    target = fields.String(required=True)


class BehaviourSchema(AnswerSchema, TotalsSchema):
    """A tree (root) or a graph (nodes and links), as `form` says; at most 200 or 40 nodes."""

    form = fields.String(required=True)
    depth = fields.Integer()
    root = fields.Nested(TreeNodeSchema)
    nodes = fields.List(fields.Nested(GraphNodeSchema))
    links = fields.List(fields.Nested(FlowLinkSchema))
