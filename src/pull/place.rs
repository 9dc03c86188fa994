use std::fmt;

/// A place in a structured file, from the outside in.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(Vec<Step>);

/// One step of a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A key of a table.
    Key(String),
    /// An element of a list, by its position in the file as it is, from 0.
    Element(usize),
}

impl Place {
    /// The place of the whole file.
    pub fn root() -> Self {
        Self::default()
    }

    /// A place given by keys alone.
    pub fn of<'key>(keys: impl IntoIterator<Item = &'key str>) -> Self {
        keys.into_iter().fold(Self::root(), |place, key| place.key(key))
    }

    /// The place one key further in.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.step(Step::Key(key.into()))
    }

    /// The place one element further in.
    #[must_use]
    pub fn element(&self, position: usize) -> Self {
        self.step(Step::Element(position))
    }

    fn step(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The steps from the outside in.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if position == 0 => formatter.write_str(key)?,
                Step::Key(key) => write!(formatter, ".{key}")?,
                Step::Element(element) => write!(formatter, "[{element}]")?,
            }
        }
        Ok(())
    }
}
