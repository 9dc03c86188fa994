use crate::edit::{Content, NodePath};

/// One change of a TOML file. Positions in places are those of the file as it is before any change of the call.
#[derive(Debug, Clone, PartialEq)]
pub enum TomlChange {
    /// Makes a place say a value; creates the tables around it that are missing.
    Set {
        /// The key or the element.
        place: NodePath,
        /// What it is to say.
        value: Content,
    },
    /// Takes out a key, a table with all its parts, or an element of a list. Does nothing where there is nothing.
    Remove {
        /// The key or the element.
        place: NodePath,
    },
    /// Puts a table behind the last element of a list; creates the list if it is missing.
    Append {
        /// The list.
        list: NodePath,
        /// The new element.
        table: Vec<(String, Content)>,
    },
    /// Brings the elements of a list into another order.
    Reorder {
        /// The list.
        list: NodePath,
        /// Positions in the file as it is, in the new order; appended elements have those behind the last one. Elements
        /// that are not named keep their order behind the named ones.
        order: Vec<usize>,
    },
}
