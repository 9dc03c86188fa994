//! What of an org's value may stand in a file: the one place that decides it.

use crate::model::{FieldPath, Place, SecretName, Sensitive, Text, Value, classify, with_line_feeds};
use crate::schema::{ResourceKey, SecretsMode, Shape, file_path};

use super::Content;
use super::row::{NewReference, Reason, ValueFrom, suspect_name, suspect_name_of_server};
use super::secret_names::SecretNames;

/// Decides what is written, and makes names for what can't be.
pub(super) struct Classifier<'pull> {
    /// How the server keeps secrets.
    pub(super) mode: SecretsMode,
    /// What `--allow-suspected` lets through.
    pub(super) allowed: &'pull [String],
    /// Whether there is no project yet, whose names could be compared with.
    pub(super) is_init: bool,
    pub(super) names: SecretNames,
    /// Which of the allowed were met.
    pub(super) used: Vec<String>,
}

/// A place where references are read, with the words that qualify a made-up name.
pub(super) struct SecretPlace<'place> {
    pub(super) key: &'place ResourceKey,
    pub(super) path: &'place FieldPath,
    pub(super) words: &'place [&'place str],
}

impl Classifier<'_> {
    /// A value at a place where no reference is read.
    pub(super) fn plain(&mut self, key: &ResourceKey, path: &FieldPath, value: &Value) -> Result<Content, Reason> {
        let allowed = self.is_allowed(key, path);
        content(value, allowed)
    }

    /// Whether `--allow-suspected` names a field, which then was not named in vain.
    pub(super) fn is_allowed(&mut self, key: &ResourceKey, path: &FieldPath) -> bool {
        if self.allowed.is_empty() {
            return false;
        }
        let names = [suspect_name(key, path), suspect_name_of_server(key, path)];
        let allowed = names.into_iter().find(|name| self.allowed.contains(name));
        let is_allowed = allowed.is_some();
        self.used.extend(allowed);
        is_allowed
    }

    /// A text at a place where references are read.
    pub(super) fn secret(
        &mut self,
        place: &SecretPlace<'_>,
        value: &Value,
    ) -> Result<(Content, Option<NewReference>), Reason> {
        let Value::Text(text) = value else {
            return Err(Reason::Unwritable(format!("it is {}, and the file can hold only strings", kind(value))));
        };
        match text {
            Text::Known(literal) => Ok((Content::Text(escaped(literal)?), None)),
            Text::SecretRef(name) => self.reference(place, name),
            Text::Sensitive(literal) if self.is_allowed(place.key, place.path) => {
                Ok((Content::Text(escaped(literal.for_request())?), None))
            }
            Text::Sensitive(literal) if self.is_plain(place, literal) => {
                Ok((Content::Text(escaped(literal.for_request())?), None))
            }
            Text::Sensitive(_) | Text::Opaque => {
                let name = self.names.make(place.words);
                Ok((Content::Text(name.reference()), Some(self.new_reference(place, &name, true))))
            }
        }
    }

    /// Whether a value that a server without the secrets API shows is none that a file of ours would hide: `Accept` of an MCP
    /// server is written, `Authorization` is not.
    fn is_plain(&self, place: &SecretPlace<'_>, literal: &Sensitive) -> bool {
        let of_file = classify(place_of(place), place.path.leaf(), literal.for_request());
        self.mode == SecretsMode::Values && matches!(of_file, Text::Known(_))
    }

    /// A reference of the org. Where the server has the secrets API it is one by its form; elsewhere any text `$NAME` is one
    /// to the server, and must not become one of the project by accident.
    fn reference(
        &mut self,
        place: &SecretPlace<'_>,
        name: &SecretName,
    ) -> Result<(Content, Option<NewReference>), Reason> {
        if name.as_str().starts_with("LOBU_") {
            let why = format!(
                "it is the reference {}, and names that start with LOBU_ are reserved for settings of lobu",
                name.reference()
            );
            return Err(Reason::Unwritable(why));
        }
        let is_sure = self.mode == SecretsMode::References || self.is_init || self.names.knows(name);
        if !is_sure && !self.is_allowed(place.key, place.path) {
            return Err(Reason::Reference(name.clone()));
        }
        let new = (!self.names.knows(name)).then(|| self.new_reference(place, name, false));
        Ok((Content::Text(name.reference()), new))
    }

    fn new_reference(&self, place: &SecretPlace<'_>, name: &SecretName, is_made_up: bool) -> NewReference {
        let value_from = match (self.mode, place_of(place)) {
            (SecretsMode::References | SecretsMode::Unknown, _) => ValueFrom::OrgSecrets,
            (SecretsMode::Values, Place::PlatformConfig) => ValueFrom::Environment,
            (SecretsMode::Values, _) => ValueFrom::ServerEnvironment,
        };
        let field = file_path(place.key.kind, place.path);
        NewReference { name: name.clone(), place: format!("{} {field}", place.key), is_made_up, value_from }
    }
}

/// Where a value stands that a reference may take the place of.
fn place_of(place: &SecretPlace<'_>) -> Place {
    let field = place.key.kind.field(place.path.root());
    if field.is_some_and(|field| matches!(field.shape, Shape::Config { .. })) {
        Place::PlatformConfig
    } else {
        Place::McpValue
    }
}

/// A literal as it is written where references are read: one that looks like a reference gets one more `$`.
fn escaped(literal: &str) -> Result<String, Reason> {
    let trimmed = literal.trim();
    let name = trimmed.trim_start_matches('$');
    if name.len() == trimmed.len() || SecretName::parse(name).is_err() {
        return Ok(literal.to_owned());
    }
    if trimmed.len() != literal.len() {
        return Err(Reason::Unwritable("it looks like a reference with spaces around it".to_owned()));
    }
    Ok(format!("${trimmed}"))
}

/// A value with all that is in it, its texts with `\n` as their line ends; nothing of it may be hidden.
fn content(value: &Value, allowed: bool) -> Result<Content, Reason> {
    Ok(match value {
        Value::Null => Content::Null,
        Value::Bool(truth) => Content::Bool(*truth),
        Value::Number(number) => Content::Number(*number),
        Value::Text(Text::Known(text)) => Content::text(with_line_feeds(text)),
        Value::Text(Text::Sensitive(text)) if allowed => Content::text(with_line_feeds(text.for_request())),
        Value::Text(Text::Sensitive(_)) => return Err(Reason::Suspected),
        // A reference never stands where none is read.
        Value::Text(Text::Opaque | Text::SecretRef(_)) => return Err(Reason::Hidden),
        Value::List(elements) => {
            Content::List(elements.iter().map(|element| content(element, allowed)).collect::<Result<_, _>>()?)
        }
        Value::Map(members) => {
            let member = |(name, value): (&String, &Value)| Ok((name.clone(), content(value, allowed)?));
            Content::Table(members.iter().map(member).collect::<Result<_, Reason>>()?)
        }
    })
}

/// What a value is, for a reader.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::Text(_) => "a text",
        Value::List(_) => "a list",
        Value::Map(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::kinds::SETTINGS;

    fn classifier(mode: SecretsMode, allowed: &[String]) -> Classifier<'_> {
        Classifier { mode, allowed, is_init: false, names: SecretNames::default(), used: Vec::new() }
    }

    fn secret(classifier: &mut Classifier<'_>, value: Text) -> Result<(Content, Option<NewReference>), Reason> {
        let key = ResourceKey::new(SETTINGS, "triage");
        let path = FieldPath::member("mcpServers").join("gh").join("headers").join("X");
        let words = ["triage", "mcp", "gh", "X"];
        classifier.secret(&SecretPlace { key: &key, path: &path, words: &words }, &Value::Text(value))
    }

    #[track_caller]
    fn written(classifier: &mut Classifier<'_>, value: Text) -> Result<String, Reason> {
        match secret(classifier, value)? {
            (Content::Text(text), _) => Ok(text),
            (other, _) => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_looks_like_a_reference_gets_one_more_dollar() {
        let mut classifier = classifier(SecretsMode::References, &[]);
        for (literal, text) in [
            ("$AWS_SECRET_ACCESS_KEY", "$$AWS_SECRET_ACCESS_KEY"),
            ("$$A", "$$$A"),
            ("$a", "$a"),
            ("a$A", "a$A"),
            ("$", "$"),
        ] {
            assert_eq!(written(&mut classifier, Text::known(literal)).unwrap(), text);
        }
        assert!(matches!(written(&mut classifier, Text::known(" $A")), Err(Reason::Unwritable(_))));
    }

    #[test]
    fn what_may_be_a_secret_becomes_a_reference_with_a_name_of_its_own() {
        let mut classifier = classifier(SecretsMode::References, &[]);
        for hidden in [Text::sensitive("hunter2"), Text::Opaque] {
            let (content, reference) = secret(&mut classifier, hidden).unwrap();
            let reference = reference.unwrap();
            assert!(reference.name.as_str().starts_with("TRIAGE_MCP_GH_X") && reference.is_made_up);
            assert_eq!(content, Content::text(reference.name.reference()));
            assert_eq!(reference.place, "settings/triage skills.mcp.gh.headers.X");
        }
    }

    /// Where values show, a header or variable without a secret's name or shape is a text like any other.
    #[test]
    fn a_plain_value_that_shows_is_written() {
        let mut classifier = classifier(SecretsMode::Values, &[]);
        let key = ResourceKey::new(SETTINGS, "triage");
        let mut written = |steps: &[&str], text: &str| {
            let path = FieldPath::of([&["mcpServers", "gh"], steps].concat());
            let place = SecretPlace { key: &key, path: &path, words: &["triage", "gh"] };
            classifier.secret(&place, &Value::Text(Text::sensitive(text))).unwrap()
        };
        for (steps, text) in
            [(["headers", "Accept"], "application/json"), (["env", "UNITS"], "metres"), (["oauth", "clientId"], "desk")]
        {
            assert_eq!(written(&steps, text), (Content::text(text), None), "{steps:?}");
        }
        for (steps, text) in [
            (["headers", "Authorization"], "Bearer x"),
            (["env", "API_KEY"], "x"),
            (["env", "UNITS"], "https://u:p@host/"),
            (["oauth", "clientSecret"], "x"),
        ] {
            let (_, reference) = written(&steps, text);
            assert_eq!(reference.map(|one| one.value_from), Some(ValueFrom::ServerEnvironment), "{steps:?}");
        }
    }

    #[test]
    fn a_text_that_only_this_server_reads_as_a_reference_needs_a_name_of_the_project() {
        let name = SecretName::parse("AWS_SECRET_ACCESS_KEY").unwrap();
        let reference = || Text::SecretRef(name.clone());
        let mut strict = classifier(SecretsMode::Values, &[]);
        assert_eq!(written(&mut strict, reference()), Err(Reason::Reference(name.clone())));
        strict.names = SecretNames::new([name.clone()], []);
        assert_eq!(written(&mut strict, reference()).unwrap(), "$AWS_SECRET_ACCESS_KEY");
        let mut own = classifier(SecretsMode::References, &[]);
        assert_eq!(written(&mut own, reference()).unwrap(), "$AWS_SECRET_ACCESS_KEY");
        let reserved = Text::SecretRef(SecretName::parse("LOBU_API_TOKEN").unwrap());
        assert!(matches!(written(&mut own, reserved), Err(Reason::Unwritable(_))));
    }

    #[test]
    fn only_what_is_named_is_let_through() {
        let allowed = ["settings/triage:mcpServers.gh.headers.X".to_owned()];
        let mut classifier = classifier(SecretsMode::References, &allowed);
        assert_eq!(written(&mut classifier, Text::sensitive("text/plain")).unwrap(), "text/plain");
        assert_eq!(classifier.used, allowed);
        let key = ResourceKey::new(SETTINGS, "triage");
        let path = FieldPath::member("mcpServers").join("gh").join("url");
        let url = Value::Text(Text::sensitive("https://host/?key=1"));
        assert_eq!(classifier.plain(&key, &path, &url), Err(Reason::Suspected));
        assert_eq!(classifier.plain(&key, &path, &Value::Text(Text::Opaque)), Err(Reason::Hidden));
        assert_eq!(classifier.plain(&key, &path, &Value::known_list(["a"])), Ok(Content::texts(["a"])));
    }
}
