use std::fmt;

use crate::model::{OrgSlug, Value};

use super::declaration::Declarations;
use super::field::Field;
use super::record::Values;

/// What a server puts into resources by itself: it is carried over, and no part of any diff.
pub struct Injection {
    /// Takes it out of what the org has, but for what the files declare by its names.
    pub take: fn(&OrgSlug, &Declarations, &mut Values) -> Values,
    /// The fields that hold it.
    pub fields: &'static [&'static Field],
}

impl Injection {
    /// Puts what was taken out back into a value that is about to be sent.
    pub fn put_back(taken: &Values, field: &'static Field, value: &mut Value) {
        match (taken.get(field), value) {
            (Some(Value::Map(taken)), Value::Map(members)) => members.extend(taken.clone()),
            (Some(Value::List(taken)), Value::List(elements)) => elements.extend(taken.iter().cloned()),
            _ => {}
        }
    }
}

impl fmt::Debug for Injection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Injection").field("fields", &self.fields).finish_non_exhaustive()
    }
}
