//! Keys of project files that are no field of a kind, or stand around fields: what each is for, and what it may hold.

use super::kind::ModelFiles;

/// A key of a file: what a person reads of it, and what it may hold.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// As files write it; `<id>` where the name is free, `[]` for an element of a list.
    pub name: &'static str,
    /// What it is for: one line without a period. Empty for the place of a field, which says it itself.
    pub says: &'static str,
    /// A value, in the syntax of its file; empty for tables.
    pub example: &'static str,
    pub form: KeyForm,
    /// Whether its table must have it.
    pub required: bool,
    /// What counts where nothing is said.
    pub default: Option<&'static str>,
    /// What an empty value means, where that is not an error.
    pub empty: Option<&'static str>,
    pub effect: Effect,
    /// A key of its table that says the same, so that only one of them may say something.
    pub instead_of: Option<&'static str>,
    /// A key of its table without which it must be there.
    pub required_without: Option<&'static str>,
    /// Whether it is an old spelling: of the table around it, where it must stand alone, or of what it is there instead of.
    pub is_old: bool,
    /// The types of what its table is that have it; none for all.
    pub types: &'static [&'static str],
}

/// What becomes of what a key says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The org gets it.
    Applied,
    /// It says where files or orgs are, or how this program runs.
    Local,
    /// Only a push of secrets sends it.
    Pushed,
    /// It is read and checked, and nothing else.
    Unused,
}

/// What a key may hold.
#[derive(Debug, Clone, Copy)]
pub enum KeyForm {
    Text(TextForm),
    Flag,
    /// A whole number.
    Integer {
        least: i64,
        most: i64,
    },
    /// A text, or a number in place of one.
    TextOrNumber,
    /// A list of texts.
    Texts(TextForm),
    /// A list of texts that has at least one.
    SomeTexts(TextForm),
    /// Named members. A file of a kind that ignores unknown keys refuses them here where the table is strict.
    Table {
        members: &'static [Key],
        is_strict: bool,
        /// Whether a table without members says nothing, whatever is required of it.
        may_be_empty: bool,
    },
    /// A table, or a text in place of its first member.
    TextOrTable(&'static [Key]),
    /// Members with free names, each of which is what the key says.
    Map {
        entry: Option<&'static Key>,
        names: TextForm,
    },
    /// A list of what the key says, so many of it.
    List {
        element: Option<&'static Key>,
        least: u64,
        most: Option<u64>,
    },
    /// A JSON Schema.
    Schema {
        is_object: bool,
        has_columns: bool,
    },
    /// A mapping of anything.
    Mapping,
    /// A list of mappings.
    Mappings,
    /// Anything but a text that begins like JSON.
    Json,
    /// Anything.
    Open,
}

/// What a text may be.
#[derive(Debug, Clone, Copy)]
pub enum TextForm {
    Any,
    /// Any text, which has a name of its own: a path, a URL.
    Called(&'static str),
    /// Anything but the empty text.
    NotEmpty,
    /// More than white space.
    NotBlank,
    /// One of these words.
    Words(&'static [&'static str]),
    /// One of these words, or nothing.
    WordsOrEmpty(&'static [&'static str]),
    /// What a regular expression matches, and what that is called.
    Pattern {
        called: &'static str,
        pattern: &'static str,
    },
    /// So many characters.
    Length {
        least: u64,
        most: u64,
    },
    /// A slug in model files of this kind.
    Slug(&'static ModelFiles),
    /// A text in which references are read.
    Reference,
}

impl Key {
    /// A key of a form, which says what it is for.
    pub const fn new(name: &'static str, form: KeyForm, says: &'static str) -> Self {
        Self {
            name,
            says,
            example: "",
            form,
            required: false,
            default: None,
            empty: None,
            effect: Effect::Applied,
            instead_of: None,
            required_without: None,
            is_old: false,
            types: &[],
        }
    }

    /// The place of a field of a kind among other keys; what it says and holds is said by the field.
    pub const fn of_field(name: &'static str) -> Self {
        Self::new(name, KeyForm::Open, "")
    }

    pub const fn text(name: &'static str, form: TextForm, says: &'static str) -> Self {
        Self::new(name, KeyForm::Text(form), says)
    }

    pub const fn texts(name: &'static str, form: TextForm, says: &'static str) -> Self {
        Self::new(name, KeyForm::Texts(form), says)
    }

    pub const fn flag(name: &'static str, says: &'static str) -> Self {
        Self::new(name, KeyForm::Flag, says)
    }

    pub const fn table(name: &'static str, members: &'static [Self], says: &'static str) -> Self {
        Self::new(name, KeyForm::Table { members, is_strict: false, may_be_empty: false }, says)
    }

    /// Members with free names of a form.
    pub const fn map(name: &'static str, names: TextForm, entry: &'static Self, says: &'static str) -> Self {
        Self::new(name, KeyForm::Map { entry: Some(entry), names }, says)
    }

    /// A list of what another key says.
    pub const fn list(name: &'static str, element: &'static Self, says: &'static str) -> Self {
        Self::new(name, KeyForm::List { element: Some(element), least: 0, most: None }, says)
    }

    /// The same, with a value as files write it.
    #[must_use]
    pub const fn example(self, example: &'static str) -> Self {
        Self { example, ..self }
    }

    /// The same, which its table must have.
    #[must_use]
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The same, with what counts where nothing is said.
    #[must_use]
    pub const fn default(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }

    /// The same, with what an empty value means.
    #[must_use]
    pub const fn empty(self, means: &'static str) -> Self {
        Self { empty: Some(means), ..self }
    }

    /// The same, with another effect.
    #[must_use]
    pub const fn effect(self, effect: Effect) -> Self {
        Self { effect, ..self }
    }

    /// The same, beside which another key must say nothing.
    #[must_use]
    pub const fn instead_of(self, other: &'static str) -> Self {
        Self { instead_of: Some(other), ..self }
    }

    /// The same, which must be there without another key of its table.
    #[must_use]
    pub const fn required_without(self, other: &'static str) -> Self {
        Self { required_without: Some(other), ..self }
    }

    /// The same, as an old spelling.
    #[must_use]
    pub const fn old(self) -> Self {
        Self { is_old: true, ..self }
    }
}

/// The names of keys, for readers that tell what they know.
pub const fn names<const N: usize>(keys: &[Key; N]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut at = 0;
    while at < N {
        names[at] = keys[at].name;
        at += 1;
    }
    names
}
