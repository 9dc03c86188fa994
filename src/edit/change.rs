use super::{Content, NodePath};

/// One change of what a document says. Positions in paths are those of the document as it is before any change of the call.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The document of a YAML stream, from 0; there is one only in TOML.
    pub document: usize,
    /// The value that is about.
    pub path: NodePath,
    /// What becomes of it.
    pub action: Action,
}

/// What becomes of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// It says this; tables that lead there are made.
    Set(Content),
    /// It is gone: a key with all that belongs to it, or an element of a list. One that is not there stays away.
    Remove,
    /// The list has one more element; it is made if it is missing.
    Append(Content),
    /// The elements of the list are in this order: positions in the document as it is, appended elements behind the last
    /// one. Those that are not named keep their order behind the named ones. For TOML only.
    Reorder(Vec<usize>),
    /// The members of the table are those of the table around it. For TOML only.
    Unwrap,
}

impl Change {
    /// A value that is to be there.
    pub fn set(path: NodePath, value: Content) -> Self {
        Self::new(path, Action::Set(value))
    }

    /// A value that is to be gone.
    pub fn remove(path: NodePath) -> Self {
        Self::new(path, Action::Remove)
    }

    /// One more element of a list.
    pub fn append(list: NodePath, element: Content) -> Self {
        Self::new(list, Action::Append(element))
    }

    /// Another order of a list.
    pub fn reorder(list: NodePath, order: Vec<usize>) -> Self {
        Self::new(list, Action::Reorder(order))
    }

    /// A table whose members move up.
    pub fn unwrap(table: NodePath) -> Self {
        Self::new(table, Action::Unwrap)
    }

    fn new(path: NodePath, action: Action) -> Self {
        Self { document: 0, path, action }
    }

    /// The same in another document of the stream.
    #[must_use]
    pub fn in_document(self, document: usize) -> Self {
        Self { document, ..self }
    }
}
