use std::fmt;

/// The way from the root of a document to one of its values.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodePath(Vec<Segment>);

/// One part of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// A key of a table.
    Key(String),
    /// An element of a list, by its position in the document as it is, from 0.
    Element(usize),
}

impl NodePath {
    /// The path of the root, which is empty.
    pub fn root() -> Self {
        Self::default()
    }

    /// A path of keys alone.
    pub fn of<'key>(keys: impl IntoIterator<Item = &'key str>) -> Self {
        keys.into_iter().fold(Self::root(), |path, key| path.key(key))
    }

    /// The path one key further in.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.with(Segment::Key(key.into()))
    }

    /// The path one element further in.
    #[must_use]
    pub fn element(&self, position: usize) -> Self {
        self.with(Segment::Element(position))
    }

    fn with(&self, segment: Segment) -> Self {
        let mut segments = self.0.clone();
        segments.push(segment);
        Self(segments)
    }

    /// The segments from the outside in.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }
}

impl fmt::Display for NodePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Key(key) if position == 0 => formatter.write_str(key)?,
                Segment::Key(key) => write!(formatter, ".{key}")?,
                Segment::Element(element) => write!(formatter, "[{element}]")?,
            }
        }
        Ok(())
    }
}
