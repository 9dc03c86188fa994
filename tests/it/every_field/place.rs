use std::fmt;

use lobu::explain::{Empty, Entry, Guide};
use lobu::model::{SecretName, Text, Value};
use lobu::schema::{ALL, Field, Form, Kind, Leaf, Schema, Shape};
use lobu::wire::to_value;
use serde_json::{Value as Json, json};

/// A place at which files can say something.
pub(super) struct Place {
    pub(super) kind: Kind,
    /// The members on the way to it; what has a free name or a key is `one`.
    pub(super) steps: Vec<&'static str>,
    /// Where a file writes it.
    pub(super) file: &'static str,
    is_required: bool,
    /// Whether the org has it, too.
    pub(super) is_compared: bool,
    shape: Shape,
    form: Form,
}

/// A value of a place.
pub(super) struct Sample {
    /// As a file writes it.
    pub(super) text: String,
    /// As a project declares it.
    pub(super) value: Value,
}

/// Every place, kind by kind.
pub(super) fn places(schema: &Schema) -> Vec<Place> {
    let mut places = Vec::new();
    for kind in schema.kinds() {
        for field in kind.table().fields {
            collect(kind, &[field.name], field, field.file, &mut places);
        }
    }
    places
}

fn collect(kind: Kind, steps: &[&'static str], field: &Field, file: &'static str, places: &mut Vec<Place>) {
    let inner = |more: &[&'static str]| steps.iter().chain(more).copied().collect::<Vec<_>>();
    let mut push = |steps, shape, is_required| {
        let (form, is_compared) = (field.form, field.is_compared());
        places.push(Place { kind, steps, file, is_required, is_compared, shape, form });
    };
    match field.shape {
        Shape::Leaf(Leaf::Kept | Leaf::Fallback | Leaf::Noted) => {}
        Shape::Table(members) => {
            for member in members {
                collect(kind, &inner(&[member.name]), member, member.file, places);
            }
        }
        Shape::Map(entries) => collect(kind, &inner(&["one"]), &entries.entry, file, places),
        Shape::Keyed(keyed) => {
            for member in keyed.entry {
                collect(kind, &inner(&["one", member.name]), member, member.file, places);
            }
        }
        // One that says nothing is declared, too.
        Shape::Config { .. } => push(inner(&["one"]), Shape::Leaf(Leaf::SecretText), false),
        Shape::Leaf(_) | Shape::Pairs(_) => push(steps.to_vec(), field.shape, field.required),
    }
}

impl Place {
    /// Two values that it can have.
    pub(super) fn samples(&self) -> [Sample; 2] {
        let (one, other) = self.values();
        [one, other].map(|(text, value)| Sample { text: text.to_string(), value: self.value(&value) })
    }

    /// What clears it in a file, as help says it; none where nothing does.
    pub(super) fn empty(&self) -> Option<&'static str> {
        let guide = Guide::of(&ALL);
        let wire = self.steps.join(".");
        let is_it = |entry: &Entry<'_>| {
            let place = entry.kept_as().filter(|(kind, _)| *kind == self.kind.word).map(|(_, place)| place);
            let named = |step: &'_ str| if step.starts_with('<') { "one".to_owned() } else { step.to_owned() };
            place.is_some_and(|place| place.split('.').map(named).collect::<Vec<_>>().join(".") == wire)
        };
        let entries = guide.entries();
        let entry = entries.iter().find(|entry| is_it(entry)).unwrap_or_else(|| panic!("{self} is not explained"));
        match entry.empty() {
            Empty::Clears(text) => Some(text),
            // A text that is a file is written as a text here.
            Empty::BlankFile => Some("\"\""),
            Empty::Error | Empty::Nothing | Empty::None | Empty::LeftOut | Empty::Means(_) => None,
        }
    }

    /// Whether files may say nothing there: an entry without it can be read.
    pub(super) fn may_be_absent(&self) -> bool {
        let is_needed = ["oauth.auth_url", "oauth.token_url", "/SKILL.md"].iter().any(|end| self.file.ends_with(end));
        // The one agent of a project is meant where none is named.
        !self.is_required && !is_needed
    }

    /// Whether a file of its own has what it says.
    pub(super) fn is_script(&self) -> bool {
        matches!(self.form, Form::Script)
    }

    /// Whether a reference of a file stays there, whatever the org has.
    pub(super) fn keeps_references(&self) -> bool {
        matches!(self.shape, Shape::Leaf(Leaf::SecretText))
    }

    fn value(&self, json: &Json) -> Value {
        to_value(json, "", &mut |_, text| match (self.shape, SecretName::from_reference(text)) {
            (Shape::Leaf(Leaf::SecretText), Some(name)) => Text::SecretRef(name),
            _ => Text::known(text),
        })
    }

    /// Two values, each as a file writes it and as the server has it.
    fn values(&self) -> ((Json, Json), (Json, Json)) {
        let same = |one: Json, other: Json| ((one.clone(), one), (other.clone(), other));
        let name = self.steps.last().copied().unwrap_or_default();
        match (self.form, self.shape) {
            (Form::Words([one, .., other]), _) => same(json!(one), json!(other)),
            (Form::Schema { .. }, _) => {
                let schema = |name: &str| json!({"type": "object", "properties": {(name): {"type": "string"}}});
                same(schema("one"), schema("other"))
            }
            (Form::EventKinds, _) => same(json!({"one": {"description": "a"}}), json!({"one": {"description": "b"}})),
            (Form::Conditions, _) => {
                let condition = |field: &str| {
                    json!([{"sourceNamespace": "one", "targetField": field, "assuranceRequired": "cookie_session",
                        "matchStrategy": "unique_only"}])
                };
                same(condition("a"), condition("b"))
            }
            (Form::Agent, _) => same(json!("triage"), json!("desk")),
            (Form::Schedule, _) => same(json!("0 6 * * *"), json!("30 5 * * 1")),
            (Form::Queries { .. }, _) => {
                let queries = |name: &str| json!([{"name": name, "query": "SELECT 1"}]);
                same(queries("one"), queries("other"))
            }
            (Form::Script, _) => {
                let script = |name: &str| (json!(format!("reactions/{name}.ts")), json!(script(name)));
                (script("one"), script("other"))
            }
            (Form::Number { least }, _) => same(json!(least + 1), json!(least + 2)),
            (Form::Uuid, _) => {
                let uuid = |digit: &str| json!(format!("0f8fad5b-d9cb-469f-a165-7086772895{digit}"));
                same(uuid("01"), uuid("02"))
            }
            (Form::Mapping, _) => same(json!({"by": "one"}), json!({"by": "other"})),
            (Form::Elements, _) => same(json!([{"on": "one"}]), json!([{"on": "other"}])),
            (Form::Tools, _) => same(json!(["/mcp/one/tools/a"]), json!(["/mcp/one/tools/b"])),
            (_, Shape::Pairs(pairs)) => {
                let (first, second) = (pairs.first.0, pairs.second.0);
                let pair = |one: &str, two: &str| (json!([{(first): one, (second): two}]), json!([[one, two]]));
                (pair("a", "b"), pair("b", "a"))
            }
            (_, Shape::Leaf(Leaf::Flag)) => same(json!(false), json!(true)),
            (_, Shape::Leaf(Leaf::List)) => same(json!(["a.example"]), json!(["b.example"])),
            (_, Shape::Leaf(Leaf::JudgedDomains)) => {
                let domains = |domain: &str| (json!([domain]), json!([{"domain": domain}]));
                (domains("a.example"), domains("b.example"))
            }
            (_, Shape::Leaf(Leaf::ById)) => {
                let servers = |url: &str| (json!({"one": {"url": url}}), json!([{"id": "one", "url": url}]));
                (servers("https://a.example"), servers("https://b.example"))
            }
            (_, Shape::Leaf(Leaf::SecretText)) => same(json!("$ONE"), json!("$TWO")),
            (_, Shape::Leaf(Leaf::Link)) => same(json!("knows"), json!("likes")),
            (_, Shape::Leaf(Leaf::TextIfKept)) => same(json!("sse"), json!("streamable-http")),
            _ if self.file.ends_with("url") => same(json!("https://a.example"), json!("https://b.example")),
            _ if name == "authScope" => same(json!("user"), json!("channel")),
            _ if self.file == "type" => same(json!("telegram"), json!("slack")),
            _ => same(json!("a"), json!("b")),
        }
    }
}

/// The text of a script.
pub(super) fn script(name: &str) -> String {
    format!("export default \"{name}\";\n")
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.kind, self.steps.join("."))
    }
}
