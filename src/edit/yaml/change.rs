use crate::edit::{Content, NodePath};

/// A place in a YAML stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlPlace {
    /// The document in the stream, from 0.
    pub document: usize,
    /// The place in the document.
    pub place: NodePath,
}

/// What is to be different in a YAML stream.
#[derive(Debug, Clone, PartialEq)]
pub enum YamlChange {
    /// The place has this value; mappings that lead there are created.
    Set {
        /// Where.
        at: YamlPlace,
        /// What it says then.
        value: Content,
    },
    /// The place is gone: a key with its value, or an element of a list. One that is not there stays away.
    Remove {
        /// Where.
        at: YamlPlace,
    },
    /// The list at the place, created if it is missing, has one more element.
    Append {
        /// Where the list is.
        list: YamlPlace,
        /// The new element.
        value: Content,
    },
}

/// Why a YAML text cannot be patched. It never quotes the text: that may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum YamlPatchError {
    /// The stream has fewer documents.
    #[error("the file has no YAML document {}", document + 1)]
    NoDocument {
        /// The document asked for, from 0.
        document: usize,
    },
    /// A key was to be set in something else than a mapping.
    #[error("the value on line {line} is not a mapping")]
    NotAMapping {
        /// The line, from 1.
        line: u32,
    },
    /// An element was wanted of something else than a list.
    #[error("the value on line {line} is not a list")]
    NotAList {
        /// The line, from 1.
        line: u32,
    },
    /// The list has fewer elements.
    #[error("the list on line {line} has no element {}", element + 1)]
    NoElement {
        /// The line of the list, from 1.
        line: u32,
        /// The element asked for, from 0.
        element: usize,
    },
    /// The list is not there at all.
    #[error("there is no list that has the element {}", element + 1)]
    NoList {
        /// The element asked for, from 0.
        element: usize,
    },
    /// A change would reach into what is repeated elsewhere, or has a type of its own.
    #[error("line {line} uses an anchor, an alias or a tag")]
    Reference {
        /// The line, from 1.
        line: u32,
    },
    /// A change would reach into a mapping whose keys do not say clearly what it holds.
    #[error("the mapping on line {line} has a key twice, a merge key, or a key that is not text")]
    Keys {
        /// The line, from 1.
        line: u32,
    },
    /// A way of writing that is read, but not patched.
    #[error("the way in which line {line} is written cannot be changed automatically")]
    Unsupported {
        /// The line, from 1.
        line: u32,
    },
    /// Changes of one call contradict each other, or one would remove a whole document.
    #[error("the changes contradict each other")]
    Conflict,
    /// The edits would not have said what was wanted, and were thrown away.
    #[error("the file is written in a way that cannot be changed automatically")]
    Unverified,
}
