use std::collections::BTreeMap;

use crate::model::{FieldPath, Text, Value, has_secret_shape};
use crate::plan::{FieldAction, FieldChange};
use crate::project::limits::Limits;
use crate::schema::{Overlaid, ResourceKey};

use super::row::{FileChange, Kept, Missing, NewReference, PullAction, PullRow, Reason, Withheld};
use super::value::{Classifier, SecretPlace};
use super::{Content, NodePath};
use crate::edit::{Change, is_hidden};

/// What is collected for one resource while its differences are gone through.
pub(super) struct Draft<'pull, 'own> {
    pub(super) key: ResourceKey,
    pub(super) classifier: &'own mut Classifier<'pull>,
    /// Whether what only the files have is taken out of them.
    pub(super) prune_local: bool,
    pub(super) fields: Vec<FieldChange>,
    pub(super) references: Vec<NewReference>,
    pub(super) changes: Vec<FileChange>,
    pub(super) withheld: Vec<Withheld>,
    pub(super) missing: Vec<Missing>,
    pub(super) kept: Vec<Kept>,
    pub(super) notes: Vec<String>,
}

impl<'pull, 'own> Draft<'pull, 'own> {
    pub(super) fn new(key: ResourceKey, classifier: &'own mut Classifier<'pull>, prune_local: bool) -> Self {
        Self {
            key,
            classifier,
            prune_local,
            fields: Vec::new(),
            references: Vec::new(),
            changes: Vec::new(),
            withheld: Vec::new(),
            missing: Vec::new(),
            kept: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Says that a value is not written, and why.
    pub(super) fn withhold(&mut self, path: &FieldPath, reason: Reason) {
        self.withheld.push(Withheld { key: self.key.clone(), path: path.clone(), reason });
    }

    /// Whether a name or key of the org has the shape of a token: it is no name then, and is not even told.
    pub(super) fn refuses_name(&mut self, within: &FieldPath, name: &str) -> bool {
        let refuses = has_secret_shape(name);
        if refuses {
            self.unwritable(within, "a name in it looks like a token; rename it in the web interface");
        }
        refuses
    }

    pub(super) fn unwritable(&mut self, path: &FieldPath, why: impl Into<String>) {
        self.withhold(path, Reason::Unwritable(why.into()));
    }

    /// Whether a Markdown file may have this text; told if it would be too long to be read back.
    pub(super) fn fits_markdown(&mut self, path: &FieldPath, text: &str) -> bool {
        let most = Limits::DEFAULT.markdown;
        let fits = u64::try_from(text.len()).is_ok_and(|length| length <= most);
        if !fits {
            self.unwritable(path, format!("its file would be larger than the limit of {} MiB", most >> 20));
        }
        fits
    }

    /// Says that a Markdown file gets what its reader may not see: it has no escapes that would show it.
    pub(super) fn note_hidden(&mut self, file: &str, text: &str) {
        if text.chars().any(|character| character != '\r' && is_hidden(character)) {
            let what = "control or invisible characters";
            self.notes.push(format!("{file} gets {what} from the org: check it carefully"));
        }
    }

    /// Says that the files have an entry that the org lacks.
    pub(super) fn lacks(&mut self, path: &FieldPath) {
        self.missing.push(Missing { key: self.key.clone(), path: path.clone() });
    }

    /// Shows what becomes of a field of the files: `after` is what will stand there.
    pub(super) fn show(&mut self, path: &FieldPath, before: Option<&Value>, after: Option<Value>) {
        let action = match (before, &after) {
            (None, _) => FieldAction::Add,
            (Some(_), None) => FieldAction::Clear,
            (Some(_), Some(_)) => FieldAction::Change,
        };
        self.fields.push(FieldChange {
            path: path.clone(),
            action,
            before: before.cloned(),
            after,
            sources: BTreeMap::new(),
            guarded: false,
        });
    }

    pub(super) fn set(&mut self, place: NodePath, value: Content) {
        self.changes.push(FileChange::Toml(Change::set(place, value)));
    }

    pub(super) fn remove(&mut self, place: NodePath) {
        self.changes.push(FileChange::Toml(Change::remove(place)));
    }

    pub(super) fn append(&mut self, list: NodePath, table: Vec<(String, Content)>) {
        self.changes.push(FileChange::Toml(Change::append(list, Content::Table(table))));
    }

    /// What a field gets where no reference is read, `empty` where the org has nothing; none and told if it can't be.
    pub(super) fn plain_or(&mut self, field: &FieldChange, empty: Content) -> Option<Content> {
        let content = match &field.before {
            None => Ok(empty),
            Some(value) => self.classifier.plain(&self.key, &field.path, value),
        };
        self.told(&field.path, content)
    }

    /// The same for a value that is no field of its own.
    pub(super) fn plain(&mut self, path: &FieldPath, value: &Value) -> Option<Content> {
        let content = self.classifier.plain(&self.key, path, value);
        self.told(path, content)
    }

    /// The texts of a list; none and told if it is none or holds something else.
    pub(super) fn texts(&mut self, path: &FieldPath, value: Option<&Value>) -> Option<Vec<String>> {
        let Some(value) = value else { return Some(Vec::new()) };
        let Content::List(elements) = self.plain(path, value)? else {
            self.unwritable(path, "it is not a list of strings");
            return None;
        };
        let text = |element| match element {
            Content::Text(text) => Some(text),
            _ => None,
        };
        let texts: Option<Vec<String>> = elements.into_iter().map(text).collect();
        if texts.is_none() {
            self.unwritable(path, "it is not a list of strings");
        }
        texts
    }

    /// A text, or nothing; none and told if it is something else.
    pub(super) fn text(&mut self, path: &FieldPath, value: Option<&Value>) -> Option<String> {
        let Some(value) = value else { return Some(String::new()) };
        if let Content::Text(text) = self.plain(path, value)? {
            return Some(text);
        }
        self.unwritable(path, format!("it is {}, and the file can hold only strings", super::value::kind(value)));
        None
    }

    /// Takes a field over where references are read. The file's own reference stays, unless the org has nothing there and
    /// what only the files have goes.
    pub(super) fn secret(&mut self, field: &FieldChange, words: &[&str], place: NodePath) {
        match (&field.after, &field.before) {
            (Some(Value::Text(Text::SecretRef(_))), None) if self.prune_local => {
                self.show(&field.path, field.after.as_ref(), None);
                self.remove(place);
            }
            (Some(Value::Text(Text::SecretRef(name))), before) => {
                let (key, path, name) = (self.key.clone(), field.path.clone(), name.clone());
                self.kept.push(Kept { key, path, name, org_has: before.is_some() });
            }
            (_, None) => {
                self.show(&field.path, field.after.as_ref(), None);
                self.set(place, Content::text(""));
            }
            (_, Some(value)) => {
                if let Some((content, shown)) = self.secret_value(&field.path, value, words) {
                    self.show(&field.path, field.after.as_ref(), Some(shown));
                    self.set(place, content);
                }
            }
        }
    }

    /// What a value gets where references are read, and how it is shown; none and told if it can't be written.
    pub(super) fn secret_value(&mut self, path: &FieldPath, value: &Value, words: &[&str]) -> Option<(Content, Value)> {
        let key = self.key.clone();
        let written = self.classifier.secret(&SecretPlace { key: &key, path, words }, value);
        match written {
            Ok((content, None)) => {
                // What is written in clear may be shown.
                let shown = match (value, &content) {
                    (Value::Text(Text::Sensitive(_)), Content::Text(text))
                        if !self.classifier.is_allowed(&key, path) =>
                    {
                        Value::known(text.clone())
                    }
                    _ => value.clone(),
                };
                Some((content, shown))
            }
            Ok((content, Some(reference))) => {
                let shown = Value::Text(Text::SecretRef(reference.name.clone()));
                self.references.push(reference);
                Some((content, shown))
            }
            Err(reason) => {
                self.withhold(path, reason);
                None
            }
        }
    }

    fn told(&mut self, path: &FieldPath, content: Result<Content, Reason>) -> Option<Content> {
        match content {
            Ok(content) => Some(content),
            Err(reason) => {
                self.withhold(path, reason);
                None
            }
        }
    }

    /// Ends with the row, if anything changes.
    pub(super) fn finish(self, action: PullAction, into: &mut super::PullPlan) {
        let Self { key, classifier: _, prune_local: _, fields, references, changes, withheld, missing, kept, notes } =
            self;
        into.withheld.extend(withheld);
        into.missing.extend(missing);
        into.kept.extend(kept);
        into.notes.extend(notes);
        if !changes.is_empty() {
            into.rows.push(PullRow { key, action, fields, references, changes, overlaid: Overlaid::default() });
        }
    }
}

/// How many characters of a name of the org a note holds.
const LONGEST_IN_NOTE: usize = 100;

/// A name of the org as a note holds it: cut where nobody reads on.
pub(super) fn brief(name: &str) -> String {
    let mut kept: String = name.chars().take(LONGEST_IN_NOTE).collect();
    if kept.len() < name.len() {
        kept.push('…');
    }
    kept
}
