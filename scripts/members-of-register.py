"""Writes the members of RegisterTaskDefinition that botocore knows, for test/commands/register/every-field.test.ts.

    pip install --upgrade botocore
    python3 scripts/members-of-register.py > test/commands/register/models/register-task-definition.json

A string is a type of the model, an object with `enum` an enum, a list has the type of its entries, `*` stands for any key.
"""

import json

import botocore
import botocore.loaders

SHAPES = botocore.loaders.Loader().load_service_model("ecs", "service-2")["shapes"]


def members(name):
    """The members of a shape, down to the types of the model."""
    shape = SHAPES[name]
    kind = shape["type"]
    if kind == "structure":
        return {key: members(member["shape"]) for key, member in shape["members"].items()}
    if kind == "list":
        return [members(shape["member"]["shape"])]
    if kind == "map":
        return {"*": members(shape["value"]["shape"])}
    return {"enum": shape["enum"]} if "enum" in shape else kind


print(json.dumps({"botocore": botocore.__version__, "members": members("RegisterTaskDefinitionRequest")}, indent=2))
