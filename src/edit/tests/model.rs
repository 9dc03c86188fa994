//! What changes mean, worked out on plain values: the oracle that both patchers are held against.

use crate::edit::{Action, Change, Content, Segment};

/// A document while it changes: what is removed leaves a hole, so that positions stay those of the document.
#[derive(Debug, Clone)]
pub(in crate::edit) enum Model {
    Leaf(Content),
    Map(Vec<(String, Model)>),
    /// With how many of its elements have positions: appended ones have none.
    List(Vec<Option<Model>>, usize),
}

impl Model {
    pub(in crate::edit) fn of(content: &Content) -> Self {
        match content {
            Content::Table(members) => {
                Self::Map(members.iter().map(|(key, value)| (key.clone(), Self::of(value))).collect())
            }
            Content::List(elements) => {
                Self::List(elements.iter().map(|element| Some(Self::of(element))).collect(), elements.len())
            }
            other => Self::Leaf(other.clone()),
        }
    }

    /// The value, with the members of tables by name.
    pub(in crate::edit) fn content(self) -> Content {
        match self {
            Self::Leaf(content) => content,
            Self::Map(mut members) => {
                members.sort_by(|(one, _), (other, _)| one.cmp(other));
                Content::Table(members.into_iter().map(|(key, value)| (key, value.content())).collect())
            }
            Self::List(elements, _) => Content::List(elements.into_iter().flatten().map(Self::content).collect()),
        }
    }

    /// The same without members that hold nothing.
    pub(in crate::edit) fn pruned(self) -> Self {
        match self {
            Self::Map(members) => {
                let members = members.into_iter().map(|(key, value)| (key, value.pruned()));
                Self::Map(members.filter(|(_, value)| !value.is_hollow()).collect())
            }
            Self::List(elements, length) => {
                Self::List(elements.into_iter().map(|element| element.map(Self::pruned)).collect(), length)
            }
            leaf @ Self::Leaf(_) => leaf,
        }
    }

    fn is_hollow(&self) -> bool {
        match self {
            Self::Leaf(_) => false,
            Self::Map(members) => members.is_empty(),
            Self::List(elements, _) => elements.iter().all(Option::is_none),
        }
    }

    /// Carries out changes: orders last, and inner ones first, since positions are those of the document.
    #[track_caller]
    pub(in crate::edit) fn apply<'c>(&mut self, changes: impl IntoIterator<Item = &'c Change>) {
        let (mut orders, others): (Vec<_>, Vec<_>) =
            changes.into_iter().partition(|change| matches!(change.action, Action::Reorder(_)));
        orders.sort_by_key(|change| std::cmp::Reverse(change.path.segments().len()));
        for Change { path, action, .. } in others.into_iter().chain(orders) {
            let segments = path.segments();
            match action {
                Action::Set(value) => self.at(segments, true, &|model| *model = Self::of(value)),
                Action::Append(value) => self.at(segments, true, &|model| match model {
                    Self::List(elements, _) => elements.push(Some(Self::of(value))),
                    other => *other = Self::List(vec![Some(Self::of(value))], 0),
                }),
                Action::Remove => {
                    let (last, segments) = segments.split_last().unwrap();
                    self.at(segments, false, &|model| model.remove(last));
                }
                Action::Reorder(order) => self.at(segments, false, &|model| model.reorder(order)),
                Action::Unwrap => panic!("no table is unwrapped here"),
            }
        }
    }

    fn remove(&mut self, segment: &Segment) {
        match (self, segment) {
            (Self::Map(members), Segment::Key(key)) => members.retain(|(name, _)| name != key),
            (Self::List(elements, length), Segment::Element(position)) if *position < *length => {
                elements[*position] = None;
            }
            _ => {}
        }
    }

    fn reorder(&mut self, order: &[usize]) {
        if let Self::List(elements, _) = self {
            let rest: Vec<usize> = (0..elements.len()).filter(|position| !order.contains(position)).collect();
            *elements = order.iter().chain(&rest).map(|position| elements[*position].clone()).collect();
        }
    }

    fn at(&mut self, segments: &[Segment], creates: bool, act: &dyn Fn(&mut Self)) {
        match (segments, &mut *self) {
            ([], model) => act(model),
            ([Segment::Element(position), rest @ ..], Self::List(elements, length)) if *position < *length => {
                if let Some(Some(element)) = elements.get_mut(*position) {
                    element.at(rest, creates, act);
                }
            }
            ([Segment::Key(key), rest @ ..], Self::Map(members)) => {
                if creates && !members.iter().any(|(name, _)| name == key) {
                    members.push((key.clone(), Self::Leaf(Content::Null)));
                }
                if let Some((_, member)) = members.iter_mut().find(|(name, _)| name == key) {
                    member.at(rest, creates, act);
                }
            }
            ([Segment::Key(_), ..], Self::Leaf(_)) if creates => {
                *self = Self::Map(Vec::new());
                self.at(segments, creates, act);
            }
            _ => {}
        }
    }
}
