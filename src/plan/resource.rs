//! The row of a resource: what the files declare laid over what the org has, field by field of its kind.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{FieldPath, Text, Value};
use crate::schema::{
    Change, Declaration, Declarations, Field, Finding, Form, Generation, Injection, Leaf, Look, Pair, Record, Resource,
    ResourceKey, Sent, Shape, Values, Write, file_path,
};

use super::compare::Keeping;
use super::context::Context;
use super::merged_config::MergedConfig;
use super::overlay::Overlay;
use super::{Action, FieldAction, FieldChange, Row, destination};

/// A declared resource with what the org has of it.
pub(super) struct Compared<'plan> {
    pub(super) resource: &'plan Resource,
    pub(super) record: Option<&'plan Record>,
    /// The fields of it that link back to a resource which the files declare to be linked to it, on servers that link both ways.
    pub(super) linked_back: BTreeSet<&'static Field>,
}

/// What laying declarations over a record collects.
#[derive(Default)]
struct Collected {
    fields: Vec<FieldChange>,
    sent: Changes,
    linked: Changes,
    /// The writes of pairs.
    pairs: Vec<Write>,
    resent: Vec<String>,
    mismatches: Vec<FieldPath>,
    misread: Vec<FieldPath>,
    carried: Vec<(FieldPath, FieldPath)>,
}

type Changes = crate::schema::ByField<Change<Value>>;

/// The row of a resource.
pub(super) fn row(context: &mut Context<'_>, compared: &Compared<'_>) -> Row {
    let Compared { resource, record, .. } = compared;
    let (key, kind) = (&resource.key, resource.key.kind);
    let is_new = record.is_none();
    let mut values = record.map(|record| record.values.clone()).unwrap_or_default();
    let injection = kind.table().injection.as_ref();
    let taken = injection.map(|injection| (injection.take)(&context.options.org, &resource.declared, &mut values));
    let taken = taken.unwrap_or_default();
    let mut collected = Collected::default();
    for field in kind.fields {
        one_field(context, compared, field, &values, &mut collected);
    }
    let Collected { fields, mut sent, linked, pairs, resent, mismatches, misread, carried } = collected;
    for (field, change) in sent.iter_mut() {
        if let Change::Set(value) = change {
            Injection::put_back(&taken, field, value);
        }
    }
    report(context, key, &mismatches, &misread);
    report_masks(context, key, &sent, &carried);
    report_columns(context, key, &sent);
    report_inherited(context, key, &fields);
    let action = action(is_new, &fields);
    destination::refuse_carried(context, key, carried);
    let resent = if action == Action::Update { resent } else { Vec::new() };
    let again = format!("sends {} again: the org's value cannot be compared", resent.join(", "));
    let attention = if resent.is_empty() { Vec::new() } else { vec![again] };
    let injected = injection.map(|injection| injection.fields).unwrap_or_default();
    let carries_injected = is_new && injected.iter().any(|field| sent.get(field).is_some());
    let writes = writes(key, action, &Sent { key: key.clone(), fields: sent, carries_injected }, linked, pairs);
    let will_restart = kind.restarts && action == Action::Update;
    let declared_at = Some(resource.position.clone()).filter(|position| !position.file.is_empty());
    let only_in_org = Vec::new();
    let overlaid = resource.overlaid.clone();
    Row { key: key.clone(), declared_at, overlaid, action, fields, only_in_org, will_restart, attention, writes }
}

/// The row of a resource that only the org has.
pub(super) fn undeclared(key: ResourceKey, record: &Record) -> Row {
    let (fields, attention, writes) = (Vec::new(), Vec::new(), Vec::new());
    let held = key.kind.fields.iter().filter_map(|field| record.values.get(field).map(|value| (field, value)));
    let only_in_org = held.flat_map(|(field, value)| contents(field, value)).collect();
    let (declared_at, overlaid, will_restart) = (None, crate::schema::Overlaid::default(), false);
    Row { key, declared_at, overlaid, action: Action::Drift, fields, only_in_org, will_restart, attention, writes }
}

/// What a file could say of a field; of a config each key.
fn contents(field: &'static Field, value: &Value) -> Vec<FieldChange> {
    let path = FieldPath::member(field.name);
    let parts: Vec<(FieldPath, &Value)> = match (field.shape, value) {
        (Shape::Leaf(Leaf::Kept | Leaf::SentOnly), _) => Vec::new(),
        (Shape::Config { .. }, Value::Map(keys)) => keys.iter().map(|(key, value)| (path.join(key), value)).collect(),
        _ => vec![(path, value)],
    };
    let drifts = |(path, value): (FieldPath, &Value)| FieldChange {
        path,
        action: FieldAction::Drift { prunable: false },
        before: Some(value.clone()),
        after: None,
        sources: BTreeMap::new(),
        guarded: false,
    };
    parts.into_iter().filter(|(_, value)| !value.is_blank()).map(drifts).collect()
}

fn action(is_new: bool, fields: &[FieldChange]) -> Action {
    let any = |wanted: fn(FieldAction) -> bool| fields.iter().any(|field| wanted(field.action));
    if is_new {
        Action::Create
    } else if any(FieldAction::is_change) {
        Action::Update
    } else if any(|action| matches!(action, FieldAction::Drift { .. })) {
        Action::Drift
    } else {
        Action::Unchanged
    }
}

/// The requests: the resource itself, then what is set apart from it, then its link, then its pairs.
fn writes(key: &ResourceKey, action: Action, sent: &Sent, linked: Changes, pairs: Vec<Write>) -> Vec<Write> {
    let mut writes = Vec::new();
    for (action_of_tool, sent) in by_action(sent, action == Action::Create) {
        match action {
            Action::Create if action_of_tool.is_none() => writes.push(Write::Create(sent)),
            Action::Create | Action::Update => writes.push(Write::Update(sent)),
            Action::Unchanged | Action::Drift => {}
        }
    }
    if !linked.is_empty() {
        writes.push(Write::Link(Sent { fields: linked, ..Sent::new(key.clone()) }));
    }
    writes.extend(pairs);
    writes
}

/// What one request each may say: what a create says is none's, and of a change each action says its own fields.
fn by_action(sent: &Sent, creates: bool) -> Vec<(Option<&'static str>, Sent)> {
    let mut parts: Vec<(Option<&'static str>, Sent)> = Vec::new();
    for (field, change) in sent.fields.iter() {
        let action = Some(field.action).filter(|_| field.is_apart || !creates);
        let at = parts.iter().position(|(other, _)| *other == action).unwrap_or_else(|| {
            parts.push((action, Sent { fields: Changes::default(), ..sent.clone() }));
            parts.len() - 1
        });
        if let Some((_, part)) = parts.get_mut(at) {
            part.fields.set(field, change.clone());
        }
    }
    // What is set apart comes last: it needs the resource.
    parts.sort_by_key(|(action, part)| (action.is_some(), part.fields.iter().any(|(field, _)| field.is_apart)));
    parts
}

fn one_field(
    context: &mut Context<'_>,
    compared: &Compared<'_>,
    field: &'static Field,
    values: &Values,
    collected: &mut Collected,
) {
    let declared = compared.resource.declared.get(field);
    let is_linked_back = declared.is_none() && compared.linked_back.contains(field);
    let actual = values.get(field).filter(|value| **value != Value::Null && !is_linked_back);
    match field.shape {
        Shape::Config { .. } => config(context, compared, field, actual, collected),
        Shape::Pairs(_) => pairs(context, compared, field, collected),
        _ if field.create_only && compared.record.is_some() && declared.is_some() => {
            never_changed(context, &compared.resource.key, field, declared, actual);
        }
        _ => laid_over(context, compared, field, declared, actual, collected),
    }
}

/// A field that can be set only when the resource is made.
fn never_changed(
    context: &mut Context<'_>,
    key: &ResourceKey,
    field: &Field,
    declared: Option<&Declaration>,
    actual: Option<&Value>,
) {
    let shown = |value: Option<&Value>| match value {
        Some(Value::Bool(truth)) => truth.to_string(),
        Some(other) => other.literal().map_or_else(|| "something else".to_owned(), str::to_owned),
        None => "false".to_owned(),
    };
    let (wanted, found) = (shown(declared.and_then(Declaration::value)), shown(actual));
    if wanted != found {
        let message = format!("{} is {found} in the org and {wanted} in the files, and can't be changed", field.file);
        context.problem(key, message, Some("Write the org's value, or use another slug."));
    }
}

fn overlay<'plan>(context: &Context<'plan>, resource: &'plan Resource) -> Overlay<'plan> {
    Overlay {
        key: &resource.key,
        keeping: Keeping { mode: context.mode, shows_references: context.server.generation == Generation::Ours },
        hidden: context.hidden,
        options: context.options,
        sources: &resource.sources,
        clears_versioned: context.server.clears_versioned,
        fields: Vec::new(),
        mismatches: Vec::new(),
        misread: Vec::new(),
        moving: None,
        carried: Vec::new(),
    }
}

fn laid_over(
    context: &Context<'_>,
    compared: &Compared<'_>,
    field: &'static Field,
    declared: Option<&Declaration>,
    actual: Option<&Value>,
    collected: &mut Collected,
) {
    let resource = compared.resource;
    let mut overlay = overlay(context, resource);
    let merged = overlay.merge(&FieldPath::member(field.name), field, declared, actual);
    let Overlay { fields, mismatches, misread, carried, .. } = overlay;
    let is_changed = fields.iter().any(|field| field.action.is_change());
    let change = match (merged, field.shape) {
        (Some(value), _) => Some(Change::Set(value)),
        // What is carried along has always been there, if only as nothing.
        (None, Shape::Leaf(Leaf::Kept)) => compared.record.map(|_| Change::Set(Value::Map(BTreeMap::new()))),
        (None, Shape::Leaf(Leaf::SentOnly | Leaf::Noted)) => None,
        (None, _) => Some(Change::Clear),
    };
    let is_link = field.shape.is_link();
    let is_sent = !(field.existing_only && context.server.is_ours());
    let is_said_once = is_sent && compared.record.is_none() && matches!(field.shape, Shape::Leaf(Leaf::SentOnly));
    if is_link && is_changed {
        collected.linked.set_some(field, change);
    } else if !is_link && (is_changed || resource.key.kind.is_sent_whole || is_said_once) {
        collected.sent.set_some(field, change);
    }
    collected.fields.extend(fields);
    collected.mismatches.extend(mismatches);
    collected.misread.extend(misread);
    collected.carried.extend(carried);
}

fn config(
    context: &mut Context<'_>,
    compared: &Compared<'_>,
    field: &'static Field,
    actual: Option<&Value>,
    collected: &mut Collected,
) {
    let resource = compared.resource;
    let merged = MergedConfig::of(context, &resource.key, field, resource.declared.get(field), actual);
    let MergedConfig { fields, config, resent, kept, .. } = merged;
    collected.fields.extend(fields);
    collected.sent.set(field, Change::Set(Value::Map(config)));
    collected.resent.extend(resent);
    let is_written = compared.record.is_some() && collected.fields.iter().any(|field| field.action.is_change());
    refuse_kept(context, compared, collected);
    if is_written && collected.fields.iter().any(|change| moves(resource.key.kind.field(change.path.root()), change)) {
        let entry = FieldPath::member(field.name);
        collected.carried.extend(kept.into_iter().map(|path| (entry.clone(), path)));
    }
}

/// What only the web interface sets, such as who may write to a platform, means other people on another kind of chat.
fn refuse_kept(context: &mut Context<'_>, compared: &Compared<'_>, collected: &Collected) {
    let key = &compared.resource.key;
    let is_destination = |change: &FieldChange| {
        let field = key.kind.field(change.path.root());
        change.path.steps().len() == 1 && field.is_some_and(|field| field.transfer.is_destination())
    };
    let Some(record) = compared.record else { return };
    let Some(moved) = collected.fields.iter().find(|change| change.action.is_change() && is_destination(change)) else {
        return;
    };
    let is_text = |text: &Text| text.literal().is_none_or(|text| !text.is_empty());
    let kept = key.kind.fields.iter().filter(|field| matches!(field.shape, Shape::Leaf(Leaf::Kept)));
    for field in kept.filter(|field| record.value(field).is_some_and(|value| value.any_text(&is_text))) {
        let message = format!("`{}` changes, and `{}`, which only the org has, would go along", moved.path, field.name);
        context.problem(key, message, Some("Clear it in the web interface, or give the platform another `id`."));
    }
}

/// Whether a field that is written, or of which nobody can tell, says where the values of the config go.
fn moves(field: Option<&Field>, change: &FieldChange) -> bool {
    let is_sent = change.action.is_change() || change.action == FieldAction::Incomparable;
    let text = |value: &Option<Value>| value.as_ref().and_then(Value::literal).map(str::to_owned);
    let (before, after) = (text(&change.before), text(&change.after));
    is_sent
        && match change.path.steps() {
            [_] => field.is_some_and(|field| field.transfer.is_destination()),
            _ => destination::is_address(change.path.leaf(), &[before.as_deref(), after.as_deref()]),
        }
}

fn pairs(context: &Context<'_>, compared: &Compared<'_>, field: &'static Field, collected: &mut Collected) {
    let resource = compared.resource;
    let stored = compared.record.map(|record| record.pairs(field)).unwrap_or_default();
    let found: BTreeSet<&Pair> = stored.iter().map(|stored| &stored.pair).collect();
    let declared = resource.declared.get(field);
    let wanted = declared.and_then(Declaration::value).map(Pair::list).unwrap_or_default();
    let wanted: BTreeSet<&Pair> = wanted.iter().collect();
    // As texts, sorted: they have no order.
    let texts =
        |pairs: &BTreeSet<&Pair>| Value::known_list(pairs.iter().map(ToString::to_string).collect::<BTreeSet<_>>());
    let declared = declared.map(|declared| match declared {
        Declaration::Leaf(_) if !wanted.is_empty() => Declaration::Leaf(texts(&wanted)),
        _ => Declaration::Clear,
    });
    let mut overlay = overlay(context, resource);
    overlay.merge(&FieldPath::member(field.name), field, declared.as_ref(), Some(&texts(&found)));
    let is_changed = overlay.fields.iter().any(|field| field.action.is_change());
    collected.fields.extend(overlay.fields);
    if is_changed {
        let key = &resource.key;
        let added = wanted.difference(&found).map(|pair| Write::Add(key.clone(), field, (*pair).clone()));
        collected.pairs.extend(added);
        let removed = stored.iter().filter(|stored| !wanted.contains(&stored.pair));
        collected.pairs.extend(removed.map(|stored| Write::Remove(key.clone(), field, stored.clone())));
    }
}

fn report(context: &mut Context<'_>, key: &ResourceKey, mismatches: &[FieldPath], misread: &[FieldPath]) {
    for path in mismatches {
        context.mismatches.push((key.clone(), path.clone()));
        let hint = "Correct it in the web interface; a value that lobu does not understand is not overwritten.";
        let place = file_path(key.kind, path);
        context.problem(key, format!("the org's `{place}` is not of the type that the API knows"), Some(hint));
    }
    for path in misread {
        let hint = "This server has no secrets API and reads such a text as a reference; change the literal.";
        let place = file_path(key.kind, path);
        context.problem(key, format!("the literal at `{place}` looks like a reference"), Some(hint));
    }
}

/// Masks that a server would store over the values; those that must not move are told apart.
fn report_masks(context: &mut Context<'_>, key: &ResourceKey, sent: &Changes, carried: &[(FieldPath, FieldPath)]) {
    if context.server.keeps_masks_in_settings {
        return;
    }
    let kept = key.kind.fields.iter().filter(|field| !matches!(field.shape, Shape::Config { .. }));
    for field in kept {
        let Some(Change::Set(value)) = sent.get(field) else { continue };
        let mut places = opaque_places(&FieldPath::member(field.name), value);
        places.retain(|place| !carried.iter().any(|(_, path)| place.steps().starts_with(path.steps())));
        if places.is_empty() {
            continue;
        }
        let places = places.iter().map(|place| file_path(key.kind, place)).collect::<Vec<_>>().join("`, `");
        let hint = "Declare the value in the files, or change this member in the web interface.";
        let name = file_path(key.kind, &FieldPath::member(field.name));
        let message = format!(
            "`{name}` would be sent whole, and the server hides `{places}`: sending the mask back would destroy the value"
        );
        context.problem(key, message, Some(hint));
    }
}

/// Schemas with more columns for tables than this server takes.
fn report_columns(context: &mut Context<'_>, key: &ResourceKey, sent: &Changes) {
    if !context.server.limits_table_columns {
        return;
    }
    for field in key.kind.fields {
        let Form::Schema { columns: Some(most), .. } = field.form else { continue };
        let Some(Change::Set(schema)) = sent.get(field) else { continue };
        let properties = schema.as_map().and_then(|schema| schema.get("properties")).and_then(Value::as_map);
        let is_column = |property: &&Value| {
            property.as_map().and_then(|property| property.get("x-table-column")) == Some(&Value::Bool(true))
        };
        let columns = properties.map_or(0, |properties| properties.values().filter(is_column).count());
        if columns > most {
            let message = format!(
                "`{}` has `x-table-column: true` on {columns} properties, and this server accepts at most {most}",
                field.file
            );
            context.problem(key, message, Some("Remove it from the others in the model file."));
        }
    }
}

/// Cleared fields of a version, where a version inherits what it does not say.
fn report_inherited(context: &mut Context<'_>, key: &ResourceKey, fields: &[FieldChange]) {
    if context.server.clears_versioned {
        return;
    }
    let is_versioned = |path: &FieldPath| key.kind.field(path.root()).is_some_and(Field::is_versioned);
    for field in fields.iter().filter(|field| field.action == FieldAction::Clear && is_versioned(&field.path)) {
        let message = format!("this server can't clear `{}`: a new version keeps it", file_path(key.kind, &field.path));
        context.problem(key, message, Some("Give it another value, or leave the key out to keep the org's value."));
    }
}

fn opaque_places(path: &FieldPath, value: &Value) -> Vec<FieldPath> {
    match value {
        Value::Map(members) => {
            members.iter().flat_map(|(name, value)| opaque_places(&path.join(name.clone()), value)).collect()
        }
        other if other.has_opaque() => vec![path.clone()],
        _ => Vec::new(),
    }
}

/// Asks the kind what is particular to a resource beyond its fields.
pub(super) fn look(context: &mut Context<'_>, key: &ResourceKey, look: &Look<'_>) {
    let Some(hook) = key.kind.look else { return };
    for finding in hook(look) {
        match finding {
            Finding::Problem { message, hint } => context.problem(key, message, Some(&hint)),
            Finding::Warning { message, hint } => context.warn(key, message, Some(&hint)),
        }
    }
}

/// Adds what a server injected when it made a resource to what is about to be sent. What is sent by the same name stays.
pub fn carry_injected(injection: &Injection, record: &Record, org: &crate::model::OrgSlug, sent: &mut Sent) {
    let declared: Declarations = sent.values().map(|(field, value)| (field, Declaration::of_sent(value))).collect();
    let mut values = record.values.clone();
    let taken = (injection.take)(org, &declared, &mut values);
    for (field, change) in sent.fields.iter_mut() {
        if let Change::Set(value) = change {
            Injection::put_back(&taken, field, value);
        }
    }
}
