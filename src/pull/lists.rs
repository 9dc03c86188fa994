//! What a file's own list must be, so that the list that it makes with the skills' is the org's.

use std::collections::BTreeSet;

/// A list of a file, with how its elements are read.
pub(super) struct OwnList<'list> {
    /// The elements as written.
    pub(super) written: Vec<&'list str>,
    /// Whether the file has the list, empty or not.
    pub(super) is_there: bool,
    /// How an element is read; none if nothing is left of it.
    pub(super) read: fn(&str) -> Option<String>,
    /// Whether an element counts each time it stands there.
    pub(super) keeps_duplicates: bool,
}

/// Elements as they are.
#[expect(clippy::unnecessary_wraps, reason = "one of the ways to read an element, of which others leave some out")]
pub(super) fn as_written(text: &str) -> Option<String> {
    Some(text.to_owned())
}

impl OwnList<'_> {
    /// The elements to write, so that they and then those of the skills are what is wanted; none if no list can be.
    ///
    /// An element that stays keeps its spelling. What a skill adds is not repeated, unless the file repeats it already.
    pub(super) fn making(&self, wanted: &[String], of_skills: &[String]) -> Option<Vec<String>> {
        let own: BTreeSet<String> = self.written.iter().filter_map(|element| (self.read)(element)).collect();
        let without_skills = wanted.iter().filter(|element| own.contains(*element) || !of_skills.contains(element));
        let candidates = [without_skills.cloned().collect::<Vec<_>>(), wanted.to_vec()];
        let fits = |candidate: &&Vec<String>| self.made_of(candidate, of_skills) == wanted;
        candidates.iter().find(fits).map(|candidate| self.spelled(candidate))
    }

    /// The list that the elements make with those of the skills.
    fn made_of(&self, elements: &[String], of_skills: &[String]) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        let mut seen = BTreeSet::new();
        for element in elements.iter().filter_map(|element| (self.read)(element)) {
            if seen.insert(element.clone()) || self.keeps_duplicates {
                all.push(element);
            }
        }
        for element in of_skills {
            if seen.insert(element.clone()) {
                all.push(element.clone());
            }
        }
        all
    }

    fn spelled(&self, elements: &[String]) -> Vec<String> {
        let spelling = |element: &String| {
            let written = self.written.iter().find(|written| (self.read)(written).as_ref() == Some(element));
            written.map_or_else(|| element.clone(), |written| (*written).to_owned())
        };
        elements.iter().map(spelling).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::normalize_domain;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn making(written: &[&str], wanted: &[&str], of_skills: &[&str]) -> Option<Vec<String>> {
        let own =
            OwnList { written: written.to_vec(), is_there: true, read: normalize_domain, keeps_duplicates: false };
        own.making(&texts(wanted), &texts(of_skills))
    }

    #[test]
    fn what_skills_add_is_not_repeated() {
        assert_eq!(making(&[], &["a", "b", "s"], &["s"]), Some(texts(&["a", "b"])));
        assert_eq!(making(&["s"], &["s", "a"], &["s"]), Some(texts(&["s", "a"])));
        assert_eq!(making(&["a"], &["s", "a"], &["s"]), Some(texts(&["s", "a"])));
        assert_eq!(making(&["a"], &["a", "b", "s", "t"], &["s", "t"]), Some(texts(&["a", "b"])));
        assert_eq!(making(&["a"], &["s"], &["s"]), Some(texts(&[])));
    }

    #[test]
    fn what_a_skill_adds_can_only_be_taken_out_of_the_skill() {
        assert_eq!(making(&["a"], &["a"], &["s"]), None);
        assert_eq!(making(&["a"], &[], &["s"]), None);
    }

    #[test]
    fn an_element_keeps_its_spelling() {
        assert_eq!(making(&["*.GitHub.com"], &[".github.com", "x"], &[]), Some(texts(&["*.GitHub.com", "x"])));
        // What would be read as something else can't be written.
        assert_eq!(making(&[], &["GitHub.com"], &[]), None);
    }

    #[test]
    fn duplicates_count_where_they_mean_something() {
        assert_eq!(making(&[], &["a", "a"], &[]), None);
        let own = OwnList { written: Vec::new(), is_there: false, read: as_written, keeps_duplicates: true };
        assert_eq!(own.making(&texts(&["-v", "-v"]), &[]), Some(texts(&["-v", "-v"])));
    }
}
