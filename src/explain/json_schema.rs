use serde_json::{Map, Value, json};

use super::entry::ProjectFile;
use super::values::literal;
use crate::project::key_tree::{Node, lobu_toml, model_files, skill};
use crate::schema::{Key, KeyForm, Schema, Shape, TextForm};

/// A JSON Schema that is being made.
type Object = Map<String, Value>;

/// The JSON Schema of lobu.toml.
///
/// This and the other schemas are written so that they mean the same by draft-07, which editors know, and by later drafts.
pub fn lobu_toml_schema(schema: &Schema) -> Value {
    let schema = schema_of(ProjectFile::LobuToml, &lobu_toml(schema));
    titled("lobu.toml", "A project: agents, the org that they belong to, and where to apply them.", schema)
}

/// The JSON Schema of the frontmatter of a `SKILL.md`.
pub fn skill_schema(schema: &Schema) -> Value {
    let mut schema = schema_of(ProjectFile::Skill, &skill(schema));
    // What is no mapping is ignored, with a warning.
    schema.remove("type");
    titled("SKILL.md", "The frontmatter of a skill.", schema)
}

/// The JSON Schema of a document of a model file: of one type, or a bundle.
pub fn models_schema(schema: &Schema) -> Value {
    let root = model_files(schema);
    let mut bundle = schema_of(ProjectFile::Model, &root);
    let (mut definitions, mut cases, mut words) = (Object::new(), Vec::new(), Vec::new());
    for list in root.members.iter().filter(|list| !list.members.is_empty()) {
        let one = list.at(&["[]"]);
        let mut definition = schema_of(ProjectFile::Model, one);
        // A document of its own has a type and a version; in a bundle the list says the type, and the bundle the version.
        let version = property(&mut definition, "version").unwrap_or_default();
        let types = property(&mut definition, "type").unwrap_or_default();
        let mut types = types.get("enum").and_then(Value::as_array).cloned().unwrap_or_default();
        types.retain(Value::is_string);
        definitions.insert(list.name().to_owned(), definition.into());
        let reference = json!({ "$ref": format!("#/definitions/{}", list.name()) });
        cases.push(json!({
            "if": { "type": "object", "required": ["type"], "properties": { "type": { "enum": types } } },
            "then": { "allOf": [reference], "properties": { "version": version } },
        }));
        let mut own_words = types.clone();
        own_words.extend([json!(list.name()), Value::Null]);
        let element = json!({ "allOf": [reference], "properties": { "type": { "enum": own_words } } });
        if let Some(lists) = bundle.get_mut("properties").and_then(|lists| lists.get_mut(list.name())) {
            *lists = json!({ "type": ["array", "null"], "items": element, "description": described(list) });
        }
        words.extend(types);
    }
    definitions.insert("bundle".to_owned(), bundle.into());
    // A document without a type is a bundle.
    cases.push(json!({
        "if": { "type": "object", "properties": { "type": { "type": "null" } } },
        "then": { "$ref": "#/definitions/bundle" },
    }));
    words.push(Value::Null);
    let schema = object(json!({
        "type": ["object", "null"],
        "properties": { "type": { "enum": words, "description": "What the document declares" } },
        "allOf": cases,
        "definitions": definitions,
    }));
    titled(
        "model file",
        "A document of a model file: an entity type, a relationship type, a watcher, or a bundle of them.",
        schema,
    )
}

fn titled(title: &str, description: &str, mut schema: Object) -> Value {
    schema.insert("title".to_owned(), title.into());
    schema.insert("description".to_owned(), description.into());
    Value::Object(schema)
}

/// Takes a property out of the schema of a table, which names it all the same.
fn property(table: &mut Object, name: &str) -> Option<Value> {
    let property = table.get_mut("properties")?.get_mut(name)?;
    let description = property.get("description").cloned();
    Some(std::mem::replace(property, json!({ "description": description })))
}

/// The schema of a key alone.
#[cfg(test)]
pub(super) fn of_key(file: ProjectFile, node: &Node) -> Value {
    Value::Object(form_of(file, node))
}

/// What a key and all below it may be.
fn schema_of(file: ProjectFile, node: &Node) -> Object {
    let mut schema = form_of(file, node);
    let key = &node.key;
    if !key.says.is_empty() {
        schema.insert("description".to_owned(), described(node).into());
    }
    if let Some(default) = key.default {
        let value = match key.form {
            KeyForm::Text(_) | KeyForm::Open => default.into(),
            _ => serde_json::from_str(default).unwrap_or_else(|_| default.into()),
        };
        schema.insert("default".to_owned(), value);
    }
    if let Some(example) = literal(file, key.example).filter(|_| !key.example.is_empty()) {
        schema.insert("examples".to_owned(), json!([example]));
    }
    if key.is_old {
        schema.insert("deprecated".to_owned(), true.into());
    }
    schema
}

/// What it is for, and what one must know of it besides.
fn described(node: &Node) -> String {
    let Key { says, types, .. } = node.key;
    let of_types = if types.is_empty() { String::new() } else { format!(" ({})", types.join(", ")) };
    let unused = if node.is_unused() { " (not applied)" } else { "" };
    format!("{says}{of_types}{unused}")
}

/// The same of a member of a table or a map; in YAML a null is the same as none.
fn member_of(file: ProjectFile, node: &Node) -> Value {
    let mut schema = schema_of(file, node);
    if file != ProjectFile::LobuToml && !node.key.required {
        if let Some(Value::String(one)) = schema.get("type") {
            let both = json!([one, "null"]);
            schema.insert("type".to_owned(), both);
        } else if let Some(Value::Array(types)) = schema.get_mut("type") {
            types.push("null".into());
        }
        if let Some(Value::Array(words)) = schema.get_mut("enum") {
            words.push(Value::Null);
        }
    }
    Value::Object(schema)
}

fn form_of(file: ProjectFile, node: &Node) -> Object {
    let json = match node.key.form {
        KeyForm::Text(form) => return text(form),
        KeyForm::Texts(form) => json!({ "type": "array", "items": text(form) }),
        KeyForm::SomeTexts(form) => json!({ "type": "array", "items": text(form), "minItems": 1 }),
        KeyForm::Flag => json!({ "type": "boolean" }),
        KeyForm::Integer { least, most } if least == most => json!({ "const": least }),
        KeyForm::Integer { least, most } => json!({ "type": "integer", "minimum": least, "maximum": most }),
        KeyForm::TextOrNumber => json!({ "type": ["string", "number"] }),
        KeyForm::Table { is_strict, may_be_empty, .. } => return table(file, node, is_strict, may_be_empty),
        KeyForm::TextOrTable(_) => {
            let text = node.members.first().map(|first| form_of(file, first)).unwrap_or_default();
            json!({ "anyOf": [text, table(file, node, false, false)] })
        }
        KeyForm::Map { names, .. } => return map(file, node, names),
        KeyForm::List { least, most, .. } => {
            let element = node.members.first().map(|element| schema_of(file, element)).unwrap_or_default();
            let mut list = json!({ "type": "array", "items": element });
            if let (Some(most), Some(list)) = (most, list.as_object_mut()) {
                list.insert("maxItems".to_owned(), most.into());
            }
            if let Some(list) = list.as_object_mut().filter(|_| least > 0) {
                list.insert("minItems".to_owned(), least.into());
            }
            list
        }
        KeyForm::Schema { is_object, has_columns } => return json_schema(is_object, has_columns),
        KeyForm::Mapping => json!({ "type": "object" }),
        KeyForm::Mappings => json!({ "type": "array", "items": { "type": "object" } }),
        KeyForm::Json => json!({ "not": { "type": "string", "pattern": "^\\s*[{\\[]" } }),
        KeyForm::Open => json!({}),
    };
    object(json)
}

fn object(json: Value) -> Object {
    match json {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}

fn text(form: TextForm) -> Object {
    let mut schema = object(json!({ "type": "string" }));
    schema.append(&mut names(form));
    schema
}

/// What a text may be that is known to be one: a value, or a name.
fn names(form: TextForm) -> Object {
    object(match form {
        TextForm::Any | TextForm::Called(_) | TextForm::Reference => json!({}),
        TextForm::NotEmpty => json!({ "minLength": 1 }),
        TextForm::NotBlank => json!({ "pattern": "\\S" }),
        TextForm::Words(words) => json!({ "enum": words }),
        TextForm::WordsOrEmpty(words) => {
            let words: Vec<&str> = words.iter().copied().chain([""]).collect();
            json!({ "enum": words })
        }
        TextForm::Pattern { pattern, .. } => json!({ "pattern": pattern }),
        TextForm::Length { least: 0, most } => json!({ "maxLength": most }),
        TextForm::Length { least, most } => json!({ "minLength": least, "maxLength": most }),
        TextForm::Slug(files) => {
            // What is not rewritten has no control characters.
            let character = if files.rewrites_slugs { "[\\s\\S]" } else { "[^\\u0000-\\u001f\\u007f-\\u009f]" };
            let pattern = format!("^(?!\\$)(?=[\\s\\S]*\\S){character}{{1,128}}$");
            match files.reserved_slugs {
                [] => json!({ "pattern": pattern }),
                reserved => json!({ "pattern": pattern, "not": { "enum": reserved } }),
            }
        }
    })
}

fn table(file: ProjectFile, node: &Node, is_strict: bool, may_be_empty: bool) -> Object {
    let members = |node: &Node| (node.name().to_owned(), member_of(file, node));
    let properties: Object = node.members.iter().map(members).collect();
    let mut schema = object(json!({ "type": "object", "properties": properties }));
    let required: Vec<&str> = node.members.iter().filter(|member| member.key.required).map(Node::name).collect();
    if !required.is_empty() && may_be_empty {
        schema.insert("if".to_owned(), json!({ "minProperties": 1 }));
        schema.insert("then".to_owned(), json!({ "required": required }));
    } else if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    if is_strict || file == ProjectFile::LobuToml {
        schema.insert("additionalProperties".to_owned(), false.into());
    }
    let rules: Vec<Value> = node.members.iter().filter_map(|member| excluded(file, member)).collect();
    if !rules.is_empty() {
        schema.insert("allOf".to_owned(), Value::Array(rules));
    }
    schema
}

/// What must, or must not, stand beside a key of a table.
fn excluded(file: ProjectFile, member: &Node) -> Option<Value> {
    let name = member.name();
    if let Some(other) = member.key.instead_of {
        // What says nothing does no harm.
        let says = if file == ProjectFile::LobuToml {
            json!({ "minLength": 1 })
        } else {
            json!({ "not": { "type": "null" } })
        };
        return Some(json!({
            "not": { "required": [name, other], "properties": { (name): says, (other): says } },
        }));
    }
    if let Some(other) = member.key.required_without {
        return Some(json!({ "anyOf": [{ "required": [name] }, { "required": [other] }] }));
    }
    member.key.is_old.then(|| json!({ "if": { "required": [name] }, "then": { "maxProperties": 1 } }))
}

fn map(file: ProjectFile, node: &Node, form: TextForm) -> Object {
    let mut schema = object(json!({ "type": "object" }));
    let (entry, known) = node.members.split_first().unzip();
    if let Some(known) = known.filter(|known: &&[Node]| !known.is_empty()) {
        let known: Object = known.iter().map(|node| (node.name().to_owned(), member_of(file, node))).collect();
        schema.insert("properties".to_owned(), known.into());
    }
    schema.insert("additionalProperties".to_owned(), entry.map_or(true.into(), |entry| member_of(file, entry)));
    let mut names = names(form);
    let refused: &[&str] = match node.field.as_ref().map(|of| of.field.shape) {
        Some(Shape::Config { ignored }) => ignored,
        _ => &[],
    };
    if !refused.is_empty() {
        names.insert("not".to_owned(), json!({ "enum": refused }));
    }
    if !names.is_empty() {
        schema.insert("propertyNames".to_owned(), names.into());
    }
    schema
}

/// A JSON Schema in a file, as far as servers restrict it.
fn json_schema(is_object: bool, has_columns: bool) -> Object {
    object(match (is_object, has_columns) {
        (true, _) => json!({
            "type": "object",
            "required": ["type", "properties"],
            "properties": { "type": { "const": "object" }, "properties": { "type": "object" } },
        }),
        (false, true) => {
            let column = json!({ "properties": { "x-table-column": { "type": "boolean" } } });
            json!({ "type": "object", "properties": { "properties": { "additionalProperties": column } } })
        }
        (false, false) => json!({ "type": "object" }),
    })
}
