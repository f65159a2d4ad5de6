"""Writes the members that botocore knows of RegisterTaskDefinition, or of another shape, for test/commands/register.

    pip install --upgrade botocore
    cd test/commands/register/models
    python3 ../../../../scripts/members-of-register.py > register-task-definition.json
    python3 ../../../../scripts/members-of-register.py events Target > event-target.json
    python3 ../../../../scripts/members-of-register.py scheduler UpdateScheduleInput > update-schedule.json

A string is a type of the model, an object with `enum` an enum, a list has the type of its entries, `*` stands for any key.
"""

import json
import sys

import botocore
import botocore.loaders

SERVICE, SHAPE = sys.argv[1:] or ("ecs", "RegisterTaskDefinitionRequest")
SHAPES = botocore.loaders.Loader().load_service_model(SERVICE, "service-2")["shapes"]


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


print(json.dumps({"botocore": botocore.__version__, "members": members(SHAPE)}, indent=2))
