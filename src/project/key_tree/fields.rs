//! Fields of kinds as keys of files.

use crate::model::Number;
use crate::project::config::TOOL_PATTERN;
use crate::project::models::keys::{CONDITION, EVENT_KIND, MOST_CONDITIONS, QUERY, pair};
use crate::schema::kinds::platform::CONFIG_KEYS;
use crate::schema::{Field, Form, Key, KeyForm, Kind, Leaf, Shape, TextForm, table_place};

use super::Node;
use super::node::KeyField;

/// Puts the fields of a kind into the tree of the file that has them.
pub(super) struct Fields<'t> {
    pub(super) root: &'t mut Node,
    pub(super) kind: Kind,
    /// An element of a list of judged domains.
    pub(super) judged: Option<&'static Key>,
    /// Where the file writes what a row of the table calls a place; none where another file has it.
    pub(super) steps: &'t dyn Fn(&'static str) -> Option<Vec<&'static str>>,
}

/// What its members are, is said by other rows.
const TABLE: KeyForm = KeyForm::Table { members: &[], is_strict: false, may_be_empty: false };

/// Free names; their entry is put behind it.
const MAP: KeyForm = KeyForm::Map { entry: None, names: TextForm::NotEmpty };

const PAIR: Key = Key::table("[]", &[], "A pair of entity types");

impl Fields<'_> {
    /// Puts a field that the org keeps at `wire`, and what it holds.
    pub(super) fn put(&mut self, field: &'static Field, wire: &str, is_guarded: bool) {
        let is_guarded = is_guarded || field.guarded;
        let of = KeyField { kind: self.kind, field, wire: wire.to_owned(), is_guarded };
        let node = |form| Node::of_field(of.clone(), form);
        match field.shape {
            Shape::Table(members) => {
                if let Some(place) = (self.steps)(table_place(members)) {
                    self.root.put(&place, node(TABLE));
                }
                self.members(members, wire, is_guarded);
            }
            Shape::Map(entries) => {
                let Some(place) = (self.steps)(field.file) else { return };
                let entry = &entries.entry;
                let map = place.split_last().filter(|(last, _)| last.starts_with('<'));
                if let Some((_, map)) = map {
                    // One of its values is no example of a map.
                    let mut map_of_entries = node(MAP);
                    map_of_entries.key.example = "";
                    self.root.put(map, map_of_entries);
                }
                let form = match entry.shape {
                    Shape::Table(_) => TABLE,
                    _ => leaf_form(self.kind, entry, self.judged),
                };
                let wire = format!("{wire}.{}", map.map_or("<name>", |(free, _)| free));
                let mut found = Node::of_field(KeyField { wire: wire.clone(), ..of }, form);
                if let Shape::Table(members) = entry.shape {
                    found.key.says = entry.says;
                    self.root.put(&place, found);
                    self.members(members, &wire, is_guarded);
                } else {
                    self.root.put(&place, found);
                }
            }
            Shape::Config { .. } => {
                let Some(mut place) = (self.steps)(field.file) else { return };
                let mut map = node(MAP);
                map.key.example = "";
                self.root.put(&place, map);
                place.push("<key>");
                let of = KeyField { wire: format!("{wire}.<key>"), ..of };
                let mut entry = Node::of_field(of.clone(), KeyForm::Text(TextForm::Reference));
                entry.key.required = false;
                self.root.put(&place, entry);
                for known in &CONFIG_KEYS {
                    place.pop();
                    place.push(known.name);
                    let key = Key::text(known.name, TextForm::Reference, known.says).example(known.example);
                    let of = KeyField { wire: format!("{wire}.{}", known.name), ..of.clone() };
                    self.root.put(&place, Node { field: Some(of), ..Node::of(Key { types: known.types, ..key }) });
                }
            }
            // An entry is written as a table with the key that it has.
            Shape::Keyed(_) => {
                let place = (self.steps)(field.file).unwrap_or_default();
                if let [list @ .., "[]", _] = place.as_slice() {
                    self.root.put(list, node(KeyForm::List { element: None, least: 0, most: None }));
                }
            }
            Shape::Leaf(Leaf::Kept | Leaf::Fallback | Leaf::Noted) => {}
            Shape::Leaf(_) | Shape::Pairs(_) => {
                let Some(place) = (self.steps)(field.file) else { return };
                let mut node = node(leaf_form(self.kind, field, self.judged));
                if let Shape::Pairs(pairs) = field.shape {
                    let members = pair(pairs.first.0, pairs.second.0).map(Node::of).to_vec();
                    node.members.push(Node { members, ..Node::of(PAIR) });
                }
                self.root.put(&place, node);
            }
        }
    }

    fn members(&mut self, members: &'static [Field], wire: &str, is_guarded: bool) {
        for member in members {
            self.put(member, &format!("{wire}.{}", member.name), is_guarded);
        }
    }
}

/// What a field without members may hold.
fn leaf_form(kind: Kind, field: &'static Field, judged: Option<&'static Key>) -> KeyForm {
    let list = |element, most| KeyForm::List { element, least: 0, most };
    match (field.shape, field.form) {
        (Shape::Leaf(Leaf::Flag), _) => KeyForm::Flag,
        (Shape::Leaf(Leaf::List), Form::Tools) => {
            KeyForm::Texts(TextForm::Pattern { called: "/mcp/ID/tools/NAME", pattern: TOOL_PATTERN })
        }
        (Shape::Leaf(Leaf::List), Form::Domains) => KeyForm::Texts(TextForm::Called("domain")),
        (Shape::Leaf(Leaf::List), _) => KeyForm::Texts(TextForm::Any),
        (Shape::Leaf(Leaf::JudgedDomains), _) => list(judged, None),
        (Shape::Leaf(Leaf::ById), _) => MAP,
        (Shape::Pairs(_), _) => list(None, None),
        (_, Form::Schema { columns, is_object, .. }) => KeyForm::Schema { is_object, has_columns: columns.is_some() },
        (_, Form::EventKinds) => KeyForm::Map { entry: Some(&EVENT_KIND), names: TextForm::NotBlank },
        (_, Form::Conditions) => list(Some(&CONDITION), Some(MOST_CONDITIONS)),
        (_, Form::Queries { .. }) => list(Some(&QUERY), None),
        (_, Form::Number { least }) => KeyForm::Integer { least, most: Number::MAX_SAFE },
        (_, Form::Mapping) => KeyForm::Mapping,
        (_, Form::Elements) => KeyForm::Mappings,
        (_, Form::Json) => KeyForm::Json,
        (Shape::Leaf(Leaf::Json), _) => KeyForm::Open,
        _ => KeyForm::Text(text_form(kind, field)),
    }
}

/// What a field that is one text may be.
fn text_form(kind: Kind, field: &'static Field) -> TextForm {
    match (field.form, field.shape) {
        (_, Shape::Leaf(Leaf::SecretText)) => TextForm::Reference,
        (_, Shape::Leaf(Leaf::Link)) => TextForm::Pattern { called: "slug", pattern: "^$|\\S" },
        // In lobu.toml an empty text clears what is not always there.
        (Form::Words(words), _) if kind.model_files.is_none() && !field.required => TextForm::WordsOrEmpty(words),
        (Form::Words(words), _) => TextForm::Words(words),
        (Form::Pattern { called, pattern }, _) => TextForm::Pattern { called, pattern },
        (Form::Script, _) => TextForm::Pattern { called: "path", pattern: SCRIPT },
        (Form::Uuid, _) => TextForm::Pattern { called: "UUID", pattern: UUID },
        (Form::Trimmed, _) => TextForm::Pattern { called: "trimmed string", pattern: "^\\S([\\s\\S]*\\S)?$" },
        (Form::Agent, _) => TextForm::Called("agent ID"),
        _ if field.required => TextForm::NotBlank,
        (Form::Template, _) => TextForm::Called("Handlebars template"),
        _ => TextForm::Any,
    }
}

/// A path below the directory of its file, or nothing.
const SCRIPT: &str = "^$|^(?!/)(?!([^\\\\]*/)?\\.\\.(/|$))[^\\\\]*\\.ts$";

const UUID: &str = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$";
