//! What a field of a model file may say, beyond what its shape says.

use crate::edit::yaml::{Data, Node, Spot};
use crate::model::{Family, Severity, Value, cron_problem, template_problem};
use crate::project::directory::join;
use crate::project::fields::{Fields, expect};
use crate::project::quoted::quoted;
use crate::project::report::Report;
use crate::project::secret_lines::secret_lines;
use crate::project::suggest::did_you_mean;
use crate::project::yaml_values::{shown, to_value};
use crate::schema::{Declaration, Field, Form, names};

use super::keys::QUERY_KEYS;
use super::source::Source;

/// Reports what a text of a form may not be.
pub(in crate::project) fn check_text(form: Form, key: &str, (text, spot): (&str, Spot), report: &mut Report) {
    let (code, message, hint) = match form {
        Form::Schedule => {
            let Some(why) = cron_problem(text) else { return };
            let hint = "for example `0 6 * * 1-5`: at 6:00 from Monday to Friday";
            ("bad-schedule", format!("`{key}` is not a schedule: {why}"), Some(hint.to_owned()))
        }
        Form::Template => {
            let Some(why) = template_problem(text) else { return };
            ("bad-template", format!("`{key}` is not a valid template: {why}"), None)
        }
        Form::Uuid if !is_uuid(text) => ("bad-uuid", format!("`{key}` must be a UUID"), None),
        Form::Trimmed if text.trim() != text || text.is_empty() => {
            let message = format!("`{key}` must not be blank nor have spaces around it");
            ("blank-text", message, Some("leave the key out to say nothing".to_owned()))
        }
        _ => return,
    };
    report.add(Severity::Error, spot, code, message, hint);
}

fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.chars().all(|character| character == '-' || character.is_ascii_hexdigit())
}

/// The id of an agent of the project, which files may leave out where there is only one.
pub(super) fn agent(
    source: Source<'_>,
    (one, key): (&str, &'static str),
    node: &Node,
    fields: &mut Fields<'_>,
    report: &mut Report,
) -> Option<Declaration> {
    if node.get(key).is_none_or(Node::is_null) {
        fields.node(key, report);
        if let [only] = source.agents {
            return Some(Declaration::known(*only));
        }
        let hint = match source.agents {
            [] => "declare an agent in lobu.toml".to_owned(),
            agents => format!("write `{key}: {}`", agents.join("` or `agent: ")),
        };
        let message = format!("{one} needs an `{key}`: the project has {} agents", source.agents.len());
        report.add(Severity::Error, node.spot(), "agent-missing", message, Some(hint));
        return None;
    }
    let (text, spot) = fields.text(key, report)?;
    if source.agents.contains(&text) {
        return Some(Declaration::known(text));
    }
    let hint = did_you_mean(text, source.agents.iter().copied());
    let hint = hint.unwrap_or_else(|| "name an agent that lobu.toml declares".to_owned());
    report.add(Severity::Error, spot, "unknown-agent", format!("unknown agent {}", quoted(text)), Some(hint));
    None
}

/// The targets of the project that a resource is in.
pub(super) fn targets(
    source: Source<'_>,
    one: &str,
    fields: &mut Fields<'_>,
    report: &mut Report,
) -> Option<Vec<String>> {
    let spots: Vec<Spot> = fields.list("targets", report)?.iter().map(Node::spot).collect();
    let names = fields.texts("targets", report)?;
    if names.is_empty() {
        let hint = Some("name a target, or remove the key to be in all of them".to_owned());
        let spot = fields.node("targets", report).map_or(Spot { line: 1, column: 1 }, Node::spot);
        report.add(Severity::Error, spot, "no-target", format!("the `targets` of {one} are empty"), hint);
    }
    for (name, spot) in names.iter().zip(spots) {
        if !source.targets.contains(name) {
            let hint = did_you_mean(name, source.targets.iter().copied());
            let hint = hint.unwrap_or_else(|| "declare it in lobu.toml, as [targets.NAME]".to_owned());
            report.add(Severity::Error, spot, "unknown-target", format!("unknown target {}", quoted(name)), Some(hint));
        }
    }
    Some(names.into_iter().map(str::to_owned).collect())
}

/// A whole number of at least some size.
pub(super) fn number(
    key: &'static str,
    least: i64,
    fields: &mut Fields<'_>,
    report: &mut Report,
) -> Option<Declaration> {
    let node = fields.node(key, report)?;
    let Data::Number(number) = &node.data else {
        report.error(node.spot(), "wrong-type", format!("`{key}` must be a whole number, not {}", node.kind()));
        return None;
    };
    if number.as_i64().is_none_or(|number| number < least) {
        let message = format!("`{key}` must be a whole number of at least {least}");
        report.error(node.spot(), "number-out-of-range", message);
        return None;
    }
    Some(Declaration::Leaf(to_value(node)))
}

/// A mapping, or a list of mappings.
pub(super) fn json_of(
    form: Form,
    key: &'static str,
    fields: &mut Fields<'_>,
    report: &mut Report,
) -> Option<Declaration> {
    let node = fields.node(key, report)?;
    let what = format!("`{key}`");
    let is_empty = if matches!(form, Form::Mapping) {
        expect(node, &what, "a mapping", report, Node::map)?.is_empty()
    } else {
        let elements = expect(node, &what, "a list", report, Node::list)?;
        for element in elements {
            expect(element, &format!("an element of {what}"), "a mapping", report, Node::map);
        }
        elements.is_empty()
    };
    Some(if is_empty { Declaration::Clear } else { Declaration::Leaf(to_value(node)) })
}

/// Anything, but for a text that servers would read as JSON.
pub(super) fn json(key: &'static str, fields: &mut Fields<'_>, report: &mut Report) -> Option<Declaration> {
    let node = fields.node(key, report)?;
    if node.text().is_some_and(|text| text.trim_start().starts_with(['{', '['])) {
        let message = format!("`{key}` must not be a text that begins like JSON: servers read it as JSON");
        let hint = "write it as a mapping or a list of YAML, without quotes around it".to_owned();
        report.add(Severity::Error, node.spot(), "json-as-text", message, Some(hint));
        return None;
    }
    let value = to_value(node);
    Some(if value.is_blank() { Declaration::Clear } else { Declaration::Leaf(value) })
}

/// A list of `{name, query}`; `[]` asks for what the server asks by itself.
pub(super) fn queries(key: &'static str, fields: &mut Fields<'_>, report: &mut Report) -> Option<Declaration> {
    let what = format!("an element of `{key}`");
    let node = fields.node(key, report)?;
    let elements = expect(node, &format!("`{key}`"), "a list", report, Node::list)?;
    let mut taken: Vec<&str> = Vec::new();
    for element in elements {
        let Some(mut members) = Fields::of(element, &what, report) else { continue };
        for member in names(&QUERY_KEYS) {
            let is_there = element.get(member).is_some_and(|node| !node.is_null());
            let text = members.text(member, report);
            match text {
                Some((text, spot)) if text.trim().is_empty() => {
                    report.error(spot, "source-without-text", format!("the `{member}` of {what} must not be empty"));
                }
                Some((text, spot)) if member == "query" && !reads_only(text) => {
                    let message = "a query must begin with SELECT or WITH: it only reads";
                    report.error(spot, "source-query", message);
                }
                Some((text, spot)) if member == "name" && taken.contains(&text) => {
                    let message = format!("`{key}` has two elements with the name {}", quoted(text));
                    report.error(spot, "duplicate-source", message);
                }
                Some((text, _)) if member == "name" => taken.push(text),
                None if !is_there => {
                    report.error(element.spot(), "source-without-text", format!("{what} needs a `{member}`"));
                }
                _ => {}
            }
        }
        members.finish(Severity::Error, &what, report);
    }
    Some(if elements.is_empty() { Declaration::Clear } else { Declaration::Leaf(to_value(node)) })
}

fn reads_only(query: &str) -> bool {
    let word: String = query.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
    word.eq_ignore_ascii_case("select") || word.eq_ignore_ascii_case("with")
}

/// A script beside the model file: its text, and its path in the project. An empty path says that there is none.
pub(super) fn script(
    source: Source<'_>,
    field: &'static Field,
    fields: &mut Fields<'_>,
    report: &mut Report,
) -> Option<(Declaration, Option<String>)> {
    let key = field.file;
    let (path, spot) = fields.text(key, report)?;
    if path.is_empty() {
        return Some((Declaration::Clear, None));
    }
    let leaves = path.starts_with('/') || path.contains('\\') || path.split('/').any(|step| step == "..");
    let is_typescript = path.rsplit_once('.').is_some_and(|(_, extension)| extension == "ts");
    if leaves || !is_typescript {
        let message = format!("`{key}` must be the path of a `.ts` file below the directory of this file");
        let hint = "write it with `/` and without `..`, as in `reactions/escalate.reaction.ts`".to_owned();
        report.add(Severity::Error, spot, "bad-script-path", message, Some(hint));
        return None;
    }
    let directory = report.file().rsplit_once('/').map_or("", |(directory, _)| directory);
    let file = join(directory, path);
    match source.directory.read_text(&file, source.directory.limits().script) {
        Ok(Some(text)) if !text.trim().is_empty() => {
            for diagnostic in secret_lines(&text, &file, Family::Memory) {
                report.push(diagnostic);
            }
            Some((Declaration::Leaf(Value::Text(shown(key, &text))), Some(file)))
        }
        Ok(Some(_)) => {
            let message = format!("the script {} is empty", quoted(&file));
            let hint = format!("write `{key}: \"\"` to have none");
            report.add(Severity::Error, spot, "empty-script", message, Some(hint));
            None
        }
        Ok(None) => {
            report.error(spot, "script-missing", format!("the script {} does not exist", quoted(&file)));
            None
        }
        Err(error) => {
            report.push(error.diagnostic(Family::Memory));
            None
        }
    }
}
