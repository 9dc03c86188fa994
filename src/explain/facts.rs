//! What absent, empty and `--prune` do to a key, and which servers take it.

use crate::schema::{Clearing, Effect, Field, Form, KeyForm, Leaf, Shape, TextForm};

use super::entry::{Entry, ProjectFile};

/// What it means that a file does not have a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    Error,
    /// The org keeps what it has, which shows as drift.
    Kept,
    /// The only agent of the project is meant.
    OnlyAgent,
    /// The value without the target counts.
    Shared,
    /// This counts.
    Default(&'static str),
    /// Nothing is said.
    Nothing,
}

/// What an empty value of a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Empty {
    Error,
    /// This clears what the org has.
    Clears(&'static str),
    /// A blank file clears what the org has.
    BlankFile,
    /// Nothing is said.
    Nothing,
    /// It has no empty form.
    None,
    /// A blank skill is left out, with a warning.
    LeftOut,
    /// This, by a sentence of its own.
    Means(&'static str),
}

/// What becomes of an element that a file has no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// It is taken out of the org, too.
    TakenOut,
    /// It stays in the org, as drift.
    Stays,
    /// There are no elements.
    None,
}

/// What `--prune` does where no file has a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prune {
    Removes,
    /// It removes what the org has, on servers that remove single keys.
    RemovesWhereServersDo,
    Leaves,
    /// It can't be absent, or the org has none.
    Nothing,
}

/// Which servers do something with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Servers {
    pub first: bool,
    pub second: bool,
    pub ours: bool,
}

impl Entry<'_> {
    /// What it means that a file does not have it.
    pub fn absent(&self) -> Absent {
        let key = self.key();
        match self.field().map(|of| of.field) {
            _ if key.required => Absent::Error,
            Some(field) if self.is_of_target() && !matches!(field.shape, Shape::Table(_)) => Absent::Shared,
            None if self.is_resources() => Absent::Kept,
            None => key.default.map_or(Absent::Nothing, Absent::Default),
            Some(field) if matches!(field.form, Form::Agent) => Absent::OnlyAgent,
            Some(field) if !field.is_compared() => Absent::Nothing,
            Some(field) if matches!(field.shape, Shape::Table(_)) => Absent::Nothing,
            Some(_) => Absent::Kept,
        }
    }

    /// What an empty value means.
    pub fn empty(&self) -> Empty {
        let key = self.key();
        if let Some(means) = key.empty {
            return Empty::Means(means);
        }
        match self.field() {
            None => self.empty_of_own(),
            Some(of) if self.file == ProjectFile::AgentDirectory => match of.field.shape {
                Shape::Leaf(Leaf::Prose) if of.field.clearing == Clearing::LeftOut => Empty::LeftOut,
                _ => Empty::BlankFile,
            },
            Some(of) => self.empty_of_field(of.field),
        }
    }

    fn empty_of_own(&self) -> Empty {
        match self.key().form {
            KeyForm::Text(TextForm::Any | TextForm::Called(_) | TextForm::Reference | TextForm::WordsOrEmpty(_)) => {
                Empty::Nothing
            }
            KeyForm::Text(_) | KeyForm::SomeTexts(_) | KeyForm::List { least: 1.., .. } => Empty::Error,
            KeyForm::Flag | KeyForm::Integer { .. } | KeyForm::TextOrTable(_) => Empty::None,
            _ => Empty::Nothing,
        }
    }

    fn empty_of_field(&self, field: &Field) -> Empty {
        let key = self.key();
        // What a skill says of a judge is always a text.
        let is_judge_of_skill = self.file == ProjectFile::Skill && matches!(field.shape, Shape::Map(_));
        match (key.form, field.form) {
            (KeyForm::Table { .. } | KeyForm::Map { .. }, form) if !matches!(form, Form::EventKinds) => Empty::Nothing,
            (KeyForm::Text(TextForm::NotBlank | TextForm::Words(_) | TextForm::Pattern { .. }), _) if key.required => {
                Empty::Error
            }
            (KeyForm::Schema { is_object: true, .. }, _) if key.required => Empty::Error,
            (KeyForm::Text(TextForm::Words(_)) | KeyForm::Flag | KeyForm::Integer { .. }, _)
            | (_, Form::Uuid | Form::Trimmed | Form::Pattern { .. }) => Empty::None,
            _ if is_judge_of_skill => Empty::None,
            (_, Form::Agent) => Empty::Error,
            _ if !field.is_compared() => Empty::Nothing,
            (KeyForm::Schema { .. } | KeyForm::Mapping | KeyForm::Map { .. }, _) => Empty::Clears("{}"),
            (KeyForm::Texts(_) | KeyForm::List { .. } | KeyForm::Mappings, _) => Empty::Clears("[]"),
            _ => Empty::Clears("\"\""),
        }
    }

    /// Whether it is a list of which each element is a resource of the org.
    fn is_resources(&self) -> bool {
        let is_list = matches!(self.key().form, KeyForm::List { .. }) && self.field().is_none();
        is_list && self.effect() == Effect::Applied
    }

    /// What becomes of an element that is taken out of a file.
    pub fn element(&self) -> Element {
        let Some(field) = self.field().map(|of| of.field) else {
            return if self.is_resources() { Element::Stays } else { Element::None };
        };
        match (self.key().form, field.shape) {
            (_, Shape::Keyed(_)) | (KeyForm::Map { .. }, Shape::Map(_) | Shape::Config { .. }) => Element::Stays,
            (KeyForm::Text(_) | KeyForm::Flag | KeyForm::Integer { .. } | KeyForm::Table { .. }, _) => Element::None,
            _ if !field.is_compared() || self.key().required => Element::None,
            _ => Element::TakenOut,
        }
    }

    /// What `--prune` does where no file has it.
    pub fn prune(&self) -> Prune {
        if self.is_of_target() {
            return Prune::Nothing;
        }
        let Some(of) = self.field() else {
            return if self.is_resources() { Prune::Leaves } else { Prune::Nothing };
        };
        let field = of.field;
        match field.shape {
            _ if self.key().required || !field.is_compared() || matches!(field.form, Form::Agent) => Prune::Nothing,
            Shape::Table(_) => Prune::Nothing,
            Shape::Config { .. } => Prune::RemovesWhereServersDo,
            _ if field.prunable => Prune::Removes,
            _ => Prune::Leaves,
        }
    }

    /// Whether clearing it under `--yes` needs `--allow-clear`.
    pub fn is_guarded(&self) -> bool {
        self.field().is_some_and(|of| of.is_guarded)
    }

    /// Whether it is set when its resource is made, and never changed.
    pub fn is_create_only(&self) -> bool {
        self.field().is_some_and(|of| of.field.create_only)
    }

    /// Whether its resource restarts when it is changed.
    pub fn restarts(&self) -> bool {
        self.field().is_some_and(|of| of.kind.table().restarts && of.field.is_compared())
    }

    /// Whether existing servers keep what was there where it is cleared, so that a plan refuses it.
    pub fn is_never_cleared_by_others(&self) -> bool {
        let is_versioned = self.field().is_some_and(|of| of.field.is_versioned());
        is_versioned && matches!(self.empty(), Empty::Clears(_))
    }

    /// Which servers do something with it; none where no server is to.
    pub fn servers(&self) -> Option<Servers> {
        let nobody = Servers { first: false, second: false, ours: false };
        let all = Servers { first: true, second: true, ours: true };
        match (self.field(), self.effect()) {
            (_, Effect::Unused) => Some(nobody),
            (Some(of), _) => Some(Servers { first: !of.field.since_second, ours: !of.field.existing_only, ..all }),
            (None, Effect::Applied) => Some(all),
            (None, Effect::Pushed) => Some(Servers { first: false, ..all }),
            (None, Effect::Local) => None,
        }
    }

    /// Where the org keeps it: its kind, and its place in that.
    pub fn kept_as(&self) -> Option<(&'static str, &str)> {
        self.field().filter(|of| !of.wire.is_empty()).map(|of| (of.kind.table().word, of.wire.as_str()))
    }
}
