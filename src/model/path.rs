use std::fmt;

/// The place of a field in a resource, from the outside in, in the server's words.
///
/// Elements of keyed collections are named by their key: `installedProviders`, `anthropic`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(Vec<String>);

impl FieldPath {
    /// The path of a resource's own member.
    pub fn member(name: impl Into<String>) -> Self {
        Self(vec![name.into()])
    }

    /// The path of these steps.
    pub fn of<'step>(steps: impl IntoIterator<Item = &'step str>) -> Self {
        Self(steps.into_iter().map(str::to_owned).collect())
    }

    /// The path one step further in.
    #[must_use]
    pub fn join(&self, name: impl Into<String>) -> Self {
        let mut steps = self.0.clone();
        steps.push(name.into());
        Self(steps)
    }

    /// The steps from the outside in.
    pub fn steps(&self) -> &[String] {
        &self.0
    }

    /// The outermost member, which the row of a plan names in brackets.
    pub fn root(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// The innermost name.
    pub fn leaf(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            let plain = !step.is_empty() && !step.contains(['.', '[', ']', '"', ' ']);
            match (plain, position) {
                (true, 0) => formatter.write_str(step)?,
                (true, _) => write!(formatter, ".{step}")?,
                (false, _) => write!(formatter, "[{step}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_like_the_servers_json() {
        let path = FieldPath::member("networkConfig").join("judges").join("a.b");
        assert_eq!(path.to_string(), "networkConfig.judges[a.b]");
        assert_eq!((path.root(), path.leaf()), ("networkConfig", "a.b"));
    }
}
