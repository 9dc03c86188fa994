//! What is wrong with targets, beyond what lobu.toml alone shows.

use super::config::{Config, ModelOverlay, Spanned, TargetConfig};
use super::models::{Models, check_text};
use super::quoted::quoted;
use super::report::Report;
use super::suggest;
use crate::edit::yaml::Spot;
use crate::model::{Diagnostic, Family, Position, Severity, Value};
use crate::project::directory::ProjectDirectory;
use crate::schema::{Declaration, Field, Form, Resource};

/// What is wrong with the targets once the model files are read: with what they set of them, and with what is left out of
/// them.
pub(super) fn check(config: &Config, models: Option<&Models>) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for target in &config.targets {
        for overlay in &target.overlay.models {
            diagnostics.extend(check_overlay(target, overlay, models));
        }
        let resources = models.into_iter().flat_map(|models| &models.resources);
        let within = resources.filter(|resource| is_within(resource, target.name.value.as_str()));
        diagnostics.extend(within.filter_map(|resource| without_agent(config, target, resource)));
    }
    diagnostics
}

fn check_overlay(target: &TargetConfig, overlay: &ModelOverlay, models: Option<&Models>) -> Vec<Diagnostic> {
    let (kind, slug) = (overlay.kind, overlay.slug.value.as_str());
    let at = |diagnostic: Diagnostic| vec![diagnostic.at(overlay.slug.position.clone())];
    let Some(models) = models else {
        let message = format!("{} {} has no effect: the project has no memory schema", kind.singular, quoted(slug));
        return at(Diagnostic::new(Severity::Warning, Family::Memory, "overlay-without-effect", message));
    };
    let of_kind = || models.resources.iter().filter(|resource| resource.key.kind == kind);
    let Some(base) = of_kind().find(|resource| resource.key.id == slug) else {
        let message = format!("{} {} is not in the project: a target cannot add one", kind.singular, quoted(slug));
        let diagnostic = Diagnostic::new(Severity::Error, Family::Memory, "unknown-entry", message);
        let near = suggest::did_you_mean(slug, of_kind().map(|resource| resource.key.id.as_str()));
        return at(diagnostic.hint(near.unwrap_or_else(|| "declare it in a model file".to_owned())));
    };
    if !is_within(base, target.name.value.as_str()) {
        let message = format!("{} {} is not in target {}", kind.singular, quoted(slug), quoted(&target.name.value));
        let diagnostic = Diagnostic::new(Severity::Error, Family::Memory, "not-in-target", message);
        return at(diagnostic.hint("add the target to its `targets`, or remove this table"));
    }
    let mut report = Report::new(ProjectDirectory::FILE, Family::Memory);
    for (field, text) in &overlay.values {
        check_value(field, text, base, &mut report);
    }
    report.into_diagnostics()
}

fn check_value(field: &'static Field, text: &Spanned<String>, base: &Resource, report: &mut Report) {
    let Position { line, column, .. } = text.position;
    let (spot, key) = (Spot { line, column }, field.file);
    if text.value.trim().is_empty() {
        if field.required {
            report.error(spot, "field-missing", format!("`{key}` must not be empty"));
        }
    } else {
        check_text(field.form, key, (&text.value, spot), report);
    }
    if base.declared.get(field) == Some(&declaration(field, &text.value)) {
        let (message, hint) = (format!("`{key}` is the same as without the target"), "remove it".to_owned());
        report.add(Severity::Warning, spot, "overlay-without-effect", message, Some(hint));
    }
}

/// A resource of a target must not work for an agent that the target lacks.
fn without_agent(config: &Config, target: &TargetConfig, resource: &Resource) -> Option<Diagnostic> {
    let name = target.name.value.as_str();
    let fields = resource.key.kind.fields.iter().filter(|field| matches!(field.form, Form::Agent));
    let mut agents = fields.filter_map(|field| resource.declared.get(field)?.value()?.literal());
    let agent = agents.find(|agent| !config.has_agent_in(agent, name))?;
    let (one, id) = (resource.key.kind.singular, quoted(&resource.key.id));
    let message = format!("{one} {id} is in target {}, and its agent {} is not", quoted(name), quoted(agent));
    let diagnostic = Diagnostic::new(Severity::Error, Family::Memory, "agent-not-in-target", message);
    let hint = "give both the same `targets`";
    Some(diagnostic.at(resource.position.clone()).hint(hint))
}

/// Whether a resource of model files is in a target.
pub(super) fn is_within(resource: &Resource, target: &str) -> bool {
    resource.targets.as_ref().is_none_or(|targets| targets.iter().any(|name| name == target))
}

/// What a target's text for a field declares.
pub(super) fn declaration(field: &Field, text: &str) -> Declaration {
    if text.is_empty() || field.is_versioned() && text.trim().is_empty() {
        Declaration::Clear
    } else {
        Declaration::Leaf(Value::known(text))
    }
}
