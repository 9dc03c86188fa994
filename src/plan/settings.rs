use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{Agent, Declaration, Settings};
use crate::model::{FieldPath, Value};
use crate::org::{ActualSettings, Generation, SettingsMember, SettingsPatch};
use crate::schema::{ResourceKey, kinds};

use super::compare::Keeping;
use super::context::Context;
use super::destination;
use super::injected::Injected;
use super::overlay::{Overlay, empty};
use super::shape::{Leaf, Member, SETTINGS, Shape};
use super::{Action, FieldAction, FieldChange, Row, Write};

/// The row of an agent's config; `actual` is none for an agent that is made.
pub(super) fn row(context: &mut Context<'_>, agent: &Agent, actual: Option<&ActualSettings>) -> Row {
    let key = ResourceKey::new(kinds::SETTINGS, agent.id.as_str());
    let is_new = actual.is_none();
    let actual = actual.cloned().unwrap_or_default();
    let (injected, mcp_servers, pre_approved_tools) = take_injected(context, &agent.settings, &actual);
    let actual = ActualSettings { pre_approved_tools, mcp_servers, ..actual };
    let mut overlay = Overlay {
        key: &key,
        keeping: Keeping { mode: context.mode, shows_references: context.server.generation == Generation::Ours },
        options: context.options,
        sources: &agent.settings.sources,
        fields: Vec::new(),
        mismatches: Vec::new(),
        misread: Vec::new(),
        moving: None,
        carried: Vec::new(),
    };
    let mut members = BTreeMap::new();
    for (name, member) in SETTINGS {
        let (declared, value) = (declared(&agent.settings, *name), actual_member(&actual, *name));
        let before = overlay.fields.len();
        let merged = overlay.merge(&FieldPath::member(member.name), member, declared, Some(value));
        if overlay.fields.iter().skip(before).any(|field| field.action.is_change()) {
            let mut merged = merged.unwrap_or_else(|| blank(member));
            injected.put_back(*name, &mut merged);
            members.insert(*name, merged);
        }
    }
    let Overlay { mut fields, mismatches, misread, carried, .. } = overlay;
    if let Some((field, member)) = model_selection(&agent.settings, &actual.model_selection) {
        fields.push(field);
        members.extend(member.map(|value| (SettingsMember::ModelSelection, value)));
    }
    report(context, &key, &mismatches, &misread);
    report_masks(context, &key, &members, &carried);
    destination::refuse_carried(context, &key, carried);
    finish(agent, key, is_new, fields, members)
}

fn take_injected(context: &Context<'_>, declared: &Settings, actual: &ActualSettings) -> (Injected, Value, Value) {
    let servers = match &declared.mcp_servers {
        Some(Declaration::Table(servers)) => servers.keys().map(String::as_str).collect(),
        _ => BTreeSet::new(),
    };
    let tools = match &declared.pre_approved_tools {
        Some(Declaration::Leaf(Value::List(tools))) => tools.iter().filter_map(Value::literal).collect(),
        _ => BTreeSet::new(),
    };
    Injected::take(actual, &context.options.org, &servers, &tools)
}

fn finish(
    agent: &Agent,
    key: ResourceKey,
    is_new: bool,
    fields: Vec<FieldChange>,
    members: BTreeMap<SettingsMember, Value>,
) -> Row {
    let action = if is_new {
        Action::Create
    } else if !members.is_empty() {
        Action::Update
    } else if fields.iter().any(|field| matches!(field.action, FieldAction::Drift { .. })) {
        Action::Drift
    } else {
        Action::Unchanged
    };
    let injectable = [SettingsMember::McpServers, SettingsMember::PreApprovedTools];
    let carry_injected = is_new && injectable.iter().any(|member| members.contains_key(member));
    let patch = SettingsPatch { agent: agent.id.clone(), members, carry_injected };
    let writes = if patch.members.is_empty() { Vec::new() } else { vec![Write::PatchSettings(patch)] };
    Row { key, action, fields, will_restart: false, attention: Vec::new(), writes }
}

fn report(context: &mut Context<'_>, key: &ResourceKey, mismatches: &[FieldPath], misread: &[FieldPath]) {
    for path in mismatches {
        context.mismatches.push((key.clone(), path.clone()));
        let hint = "Correct it in the web interface; a value that lobu does not understand is not overwritten.";
        context.problem(key, format!("the org's `{path}` is not of the type that the API knows"), Some(hint));
    }
    for path in misread {
        let hint = "This server has no secrets API and reads such a text as a reference; change the literal.";
        context.problem(key, format!("the literal at `{path}` looks like a reference"), Some(hint));
    }
}

/// Masks that a server would store over the values; those that must not move are told apart.
fn report_masks(
    context: &mut Context<'_>,
    key: &ResourceKey,
    members: &BTreeMap<SettingsMember, Value>,
    carried: &[(FieldPath, FieldPath)],
) {
    if context.server.keeps_masks_in_settings {
        return;
    }
    for (member, value) in members {
        let mut places = opaque_places(&FieldPath::member(member.name()), value);
        places.retain(|place| !carried.iter().any(|(_, path)| place.steps().starts_with(path.steps())));
        if places.is_empty() {
            continue;
        }
        let places = places.iter().map(FieldPath::to_string).collect::<Vec<_>>().join("`, `");
        let hint = "Declare the value in the files, or change this member in the web interface.";
        let message = format!(
            "`{}` would be sent whole, and the server hides `{places}`: sending the mask back would destroy the value",
            member.name()
        );
        context.problem(key, message, Some(hint));
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

/// `{mode: "auto"}` is sent when the org has no selection; a pinned model is drift that nothing removes (P7).
fn model_selection(declared: &Settings, actual: &Value) -> Option<(FieldChange, Option<Value>)> {
    let Some(Declaration::Keyed(_)) = &declared.installed_providers else { return None };
    let auto = Value::Map(BTreeMap::from([("mode".to_owned(), Value::known("auto"))]));
    let field = |action, before: Option<&Value>, after: Option<&Value>| FieldChange {
        path: FieldPath::member("modelSelection"),
        action,
        before: before.cloned(),
        after: after.cloned(),
        sources: BTreeMap::new(),
        guarded: false,
    };
    if actual.is_blank() {
        return Some((field(FieldAction::Add, None, Some(&auto)), Some(auto)));
    }
    let mode = actual.as_map().and_then(|selection| selection.get("mode")).and_then(Value::literal);
    (mode != Some("auto")).then(|| (field(FieldAction::Drift { prunable: false }, Some(actual), None), None))
}

fn blank(member: &Member) -> Value {
    match member.shape {
        Shape::Leaf(Leaf::Text | Leaf::Prose) => Value::known(""),
        shape => empty(shape).unwrap_or_else(|| Value::Map(BTreeMap::new())),
    }
}

/// What the files say of a member. Destructured, so that a new declaration does not compile until it is compared.
fn declared(settings: &Settings, member: SettingsMember) -> Option<&Declaration> {
    let Settings {
        identity_md,
        soul_md,
        user_md,
        skills_config,
        installed_providers,
        provider_model_preferences,
        network_config,
        egress_config,
        pre_approved_tools,
        tools_config,
        guardrails,
        nix_config,
        mcp_servers,
        sources: _,
    } = settings;
    let declaration = match member {
        SettingsMember::IdentityMd => identity_md,
        SettingsMember::SoulMd => soul_md,
        SettingsMember::UserMd => user_md,
        SettingsMember::SkillsConfig => skills_config,
        SettingsMember::InstalledProviders => installed_providers,
        SettingsMember::ProviderModelPreferences => provider_model_preferences,
        SettingsMember::NetworkConfig => network_config,
        SettingsMember::EgressConfig => egress_config,
        SettingsMember::PreApprovedTools => pre_approved_tools,
        SettingsMember::ToolsConfig => tools_config,
        SettingsMember::Guardrails => guardrails,
        SettingsMember::NixConfig => nix_config,
        SettingsMember::McpServers => mcp_servers,
        SettingsMember::ModelSelection => return None,
    };
    declaration.as_ref()
}

/// What the org has of a member.
fn actual_member(settings: &ActualSettings, member: SettingsMember) -> &Value {
    let ActualSettings {
        identity_md,
        soul_md,
        user_md,
        skills_config,
        installed_providers,
        model_selection,
        provider_model_preferences,
        network_config,
        egress_config,
        pre_approved_tools,
        tools_config,
        guardrails,
        nix_config,
        mcp_servers,
    } = settings;
    match member {
        SettingsMember::IdentityMd => identity_md,
        SettingsMember::SoulMd => soul_md,
        SettingsMember::UserMd => user_md,
        SettingsMember::SkillsConfig => skills_config,
        SettingsMember::InstalledProviders => installed_providers,
        SettingsMember::ModelSelection => model_selection,
        SettingsMember::ProviderModelPreferences => provider_model_preferences,
        SettingsMember::NetworkConfig => network_config,
        SettingsMember::EgressConfig => egress_config,
        SettingsMember::PreApprovedTools => pre_approved_tools,
        SettingsMember::ToolsConfig => tools_config,
        SettingsMember::Guardrails => guardrails,
        SettingsMember::NixConfig => nix_config,
        SettingsMember::McpServers => mcp_servers,
    }
}
