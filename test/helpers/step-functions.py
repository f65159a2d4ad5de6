"""A moto server whose interpreter of state machines understands JSONata and the AWS SDK integrations.

    python step-functions.py PORT CALLS SPEED [ENDPOINT]

moto's interpreter takes JSONata from a Java library: here it is PyPI's jsonata-python. It hands the members of
AWS SDK integrations on with capitals: here they get the names of botocore's models. Calls to ECS, Parameter Store
and Secrets Manager go to ENDPOINT, where services have deployments that end; CALLS gets a line of JSON for each
call. A second of a wait takes 1/SPEED of a second.
"""

import copy
import datetime
import functools
import json
import os
import re
import sys
import threading
import time
import types

port, calls, speed = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
endpoint = sys.argv[4] if len(sys.argv) > 4 else None
os.environ["MOTO_PORT"] = str(port)

import boto3
import jsonata
from botocore.config import Config
from jsonata.utils import Utils
from moto.core.config import default_user_config
from moto.stepfunctions.models import StateMachine
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_aws_sdk as sdk,
)
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import (
    WaitFunction,
)
from moto.stepfunctions.parser.asl.eval import states, variable_store
from moto.stepfunctions.parser.asl.jsonata import jsonata as expressions
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser

default_user_config["stepfunctions"] = {"execute_state_machine": True}
there = {"ecs", "ssm", "secretsmanager"}
lock = threading.Lock()
evaluating = threading.RLock()


# moto writes all variables into the text of each expression. Here an expression is parsed once, and a mark in its
# text stands for the variables.
stored = []


def declare(bindings):
    stored.append({name[1:]: with_nulls(value) for name, value in bindings.items()})
    return f"\x02{len(stored) - 1}\x03"


def with_nulls(value):
    if isinstance(value, dict):
        return {key: with_nulls(member) for key, member in value.items()}
    if isinstance(value, list):
        return [with_nulls(one) for one in value]
    return Utils.NULL_VALUE if value is None else as_text(value)


def as_text(value):
    """A date as Step Functions writes it; anything else as it is."""
    if not isinstance(value, datetime.datetime):
        return value
    moment = value.astimezone(datetime.timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@functools.cache
def parsed(text):
    expression = jsonata.Jsonata(text)
    expression.register_lambda("parse", json.loads)
    return expression


def evaluate(text):
    variables = {}
    for mark in re.findall("\x02(\\d+)\x03", text):
        variables.update(stored[int(mark)])
    text = re.sub("\x02\\d+\x03", "", text)
    try:
        with evaluating:
            found = parsed(text).evaluate(None, variables)
        return None if found is None else json.loads(json.dumps(found, default=lambda _: None))
    except Exception as error:
        sys.stderr.write(f"JSONata: {error} in {text}\n")
        raise expressions.JSONataException("QueryEvaluationError", str(error))


@functools.cache
def client(service, region):
    url = endpoint if endpoint and service in there else f"http://127.0.0.1:{port}"
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}, max_pool_connections=50),
    )


def from_pascal(value, shape):
    """The arguments of a state, whose members begin with a capital, as botocore takes them."""
    if shape.type_name == "structure" and isinstance(value, dict):
        names = {name.lower(): name for name in shape.members}
        return {
            (own := names[key.lower()]): from_pascal(member, shape.members[own])
            for key, member in value.items()
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [from_pascal(one, shape.member) for one in value]
    return value


def to_pascal(value, shape, service):
    """An answer of botocore as Step Functions gives it to a state."""
    if shape.type_name == "structure" and isinstance(value, dict):
        return {
            sdk.StateTaskServiceAwsSdk._to_sfn_cased(key): to_pascal(member, shape.members[key], service)
            for key, member in value.items()
            if key in shape.members
        }
    if shape.type_name == "list":
        return [to_pascal(one, shape.member, service) for one in value]
    return as_text(value)


def run_task(self, env, resource_runtime_part, normalised_parameters, state_credentials):
    name = {"eventbridge": "events"}.get(self.resource.api_name, self._get_boto_service_name())
    api = client(name, resource_runtime_part.region)
    method = self._get_boto_service_action()
    operation = api.meta.service_model.operation_model(api.meta.method_to_api_mapping[method])
    arguments = from_pascal(normalised_parameters, operation.input_shape)
    line = {"service": name, "operation": operation.name, "input": arguments}
    with lock, open(calls, "a") as file:
        file.write(json.dumps(line, default=str) + "\n")
    answer = getattr(api, method)(**arguments) or {}
    env.stack.append(to_pascal(answer, operation.output_shape, name) if operation.output_shape else {})


def wait(self, env):
    seconds = self._get_wait_seconds(env=env) / speed
    if seconds > 0:
        env.program_state_event.wait(seconds)


expressions._eval_jsonata = evaluate
states.encode_jsonata_variable_declarations = declare
variable_store.encode_jsonata_variable_declarations = declare
AmazonStateLanguageParser.parse = staticmethod(functools.cache(AmazonStateLanguageParser.parse))
sdk.StateTaskServiceAwsSdk._eval_service_task = run_task
sdk.StateTaskServiceAwsSdk._normalise_parameters = lambda *_, **__: None
sdk.StateTaskServiceAwsSdk._normalise_response = lambda *_, **__: None
WaitFunction._eval_body = wait
# A machine with an execution under way has locks, which have no copies.
StateMachine.__deepcopy__ = lambda self, _: copy.copy(self)
retrier_decl.time = types.SimpleNamespace(sleep=lambda seconds: time.sleep(seconds / speed))

from moto.server import main

main(["-H", "127.0.0.1", "-p", str(port)])
