"""generate.py DESCRIPTION: writes lithair_client/models.py of the description of a node."""

import json
import keyword
import re
import sys
from pathlib import Path
from typing import Any

NOTE = "# Made by apps/clients/generate; to be made again when the models change.\n"
# What the client itself calls so.
MEMBERS = {"close", "forget_index", "index", "projections", "request", "transaction", "transport"}
TYPES = {
    "Any",
    "Client",
    "Literal",
    "NotRequired",
    "Projections",
    "Sequence",
    "TypedDict",
    "Unpack",
    *(
        name
        for file in Path("lithair_client").glob("*.py")
        for name in re.findall(r"^(?:class )?(\w+)(?:[:(]| = )", file.read_text("utf-8"), re.M)
    ),
}


def free(made: str, taken: set[str], endings: tuple[str, ...] = ("",)) -> str:
    """The name, or one like it that is not there yet."""
    while any(made + each in taken for each in endings) or keyword.iskeyword(made):
        made += "_"
    taken.update(made + each for each in endings)
    return made


def capitalized(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split("[-_]+", name))


def class_name(name: str) -> str:
    """With which the types of a collection begin."""
    endings = ("", "Create", "Replace", "Patch", "Where", "Collection")
    return free(capitalized(name), TYPES, endings)


def type_of(schema: dict[str, Any]) -> str:
    """What JSON of the schema is in Python."""
    if "$ref" in schema:
        return "Any"
    # There are no literals of fractions.
    if "enum" in schema and not any(isinstance(each, float) for each in schema["enum"]):
        return f"Literal[{', '.join(repr(each) for each in schema['enum'])}]"
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return " | ".join(dict.fromkeys(type_of(each) for each in schema[choice]))
    kinds: str | list[str] = schema.get("type", "any")
    if isinstance(kinds, list):
        return " | ".join(dict.fromkeys(type_of(schema | {"type": each}) for each in kinds))
    if kinds == "array":
        return f"list[{type_of(schema.get('items', {}))}]"
    plain = {
        "string": "str",
        "integer": "int",
        "number": "float",
        "boolean": "bool",
        "null": "None",
    }
    return plain.get(kinds, "dict[str, Any]" if kinds == "object" else "Any")


def typed_dict(name: str, schema: dict[str, Any]) -> list[str]:
    """In the form that takes any name of a field."""
    needed = set(schema.get("required", []))
    lines = [f"{name} = TypedDict(", f'    "{name}",', "    {"]
    for field, each in schema["properties"].items():
        of = type_of(each)
        lines.append(f'        "{field}": {of if field in needed else f"NotRequired[{of}]"},')
    return [*lines, "    },", ")", ""]


def filters(name: str, operation: dict[str, Any]) -> list[str]:
    fields = [x["name"] for x in operation["parameters"] if x["in"] == "query"]
    return typed_dict(
        name, {"properties": {x: {"$ref": "Filter"} for x in fields if x != "consistency"}}
    )


def collection(name: str, of: str, facts: dict[str, Any], api: dict[str, Any]) -> list[str]:
    schemas = api["components"]["schemas"]
    made = typed_dict(of, schemas[name])
    for kind in ("create", "replace", "patch"):
        made += typed_dict(of + capitalized(kind), schemas[f"{name}.{kind}"])
    where = filters(of + "Where", api["paths"][facts["path"] + "/count"]["get"])
    made += [line.replace("NotRequired[Any]", "NotRequired[Filter]") for line in where]
    key = type_of(schemas[f"{name}.found"]["properties"]["id"])
    types = f"{of}, {of}Create, {of}Replace, {of}Patch, {key}, {of}Where"
    return [*made, f"{of}Collection = Collection[{types}]", ""]


def imports(text: str) -> list[str]:
    """Of what the text uses."""
    made: list[str] = []
    for module, names in (
        ("collections.abc", ("Sequence",)),
        ("typing", ("Any", "Literal", "NotRequired", "TypedDict", "Unpack")),
        (".client", ("LithairClient", "Options", "Projection")),
        (".collection", ("Collection", "Facts", "Filter")),
    ):
        used = [each for each in names if re.search(rf"\b{each}\b", text)]
        made += [f"from {module} import {', '.join(used)}"] if used else []
    return made


def write(api: dict[str, Any]) -> str:
    # In the order of their names, so that those which are alike are told apart the same each time.
    tags = sorted(api["tags"], key=lambda tag: str(tag["name"]))
    known = [(tag["name"], tag["x-collection"]) for tag in tags if "x-collection" in tag]
    if not known:
        sys.exit(
            "generate: the description tells of no collection; is it that of a node with models?"
        )
    classes = {name: class_name(name) for name, _ in known}
    members = {name: free(name.replace("-", "_"), MEMBERS) for name, _ in known}
    made: list[str] = []
    for name, facts in known:
        made += collection(name, classes[name], facts, api)
    rows: list[tuple[str, str]] = []
    tables = set[str]()
    for path, verbs in api["paths"].items():
        if path.startswith("/api/projections/"):
            name = path.rsplit("/", 1)[1]
            schema = api["components"]["schemas"].get(verbs["get"]["operationId"])
            # What a program's own projection tells only the program knows.
            row = free(capitalized(name) + "Row", TYPES) if schema else "dict[str, Any]"
            rows.append((name, row))
            if schema:
                made += typed_dict(row, schema["properties"]["data"]["items"])
    made += ["class Projections:", "    def __init__(self, client: LithairClient) -> None:"]
    for name, row in rows:
        table = free(name.replace("-", "_"), tables)
        made += [f'        self.{table} = Projection[{row}](client.transport, "{name}")']
    made += [] if rows else ["        pass"]
    made += ["", "class Client(LithairClient):"]
    made += ["    def __init__(self, nodes: Sequence[str], **options: Unpack[Options]) -> None:"]
    made += ["        super().__init__(nodes, options)"]
    for name, facts in known:
        what = f"self.transport, Facts({name!r}, {facts['path']!r}, {facts['local']})"
        made += [f"        self.{members[name]} = {classes[name]}Collection({what})"]
    made += ["        self.projections = Projections(self)", ""]
    text = "\n".join(made)
    return "\n".join([NOTE, *imports(text), "", text])


if __name__ == "__main__":
    text = write(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    Path("lithair_client/models.py").write_text(text, encoding="utf-8")
