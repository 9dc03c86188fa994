use zeroize::Zeroizing;

use super::{Dotenv, Problem, is_name, parse};

/// Why a `.env` text cannot be changed. It holds nothing of the text and of the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The text is broken; what is not understood is not touched.
    #[error("{}", said(.0))]
    Broken(Vec<Problem>),
    /// The name can't stand before `=`.
    #[error("the name can contain only letters, digits and `_`, and cannot start with a digit")]
    Name,
    /// A value above the limit, which no reader would take back.
    #[error("the value is longer than {} KiB", limit / 1024)]
    TooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// A value with a null character: no environment variable can have one, so it is UTF-16 or another mistake.
    #[error("the value contains a NUL character; it may be UTF-16 text or binary data")]
    Null,
    /// A value with a carriage return, which no reader would take back.
    #[error("the value contains a carriage return")]
    CarriageReturn,
}

fn said(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Gives a name a value in a `.env` text: in place, else in a line of its own at the end.
///
/// Everything else stays byte for byte, blanks and a comment on the entry's own line too. [`parse`] reads exactly this
/// value back; one that is there already changes nothing, however it is quoted.
pub fn set(text: &str, name: &str, value: &str) -> Result<Zeroizing<String>, EditError> {
    check(name, value)?;
    let dotenv = parse(text).map_err(EditError::Broken)?;
    if dotenv.value(name).is_some_and(|there| there.as_str() == value) {
        return Ok(Zeroizing::new(text.to_owned()));
    }
    let mut edited = room_for(text, name, value);
    if let Some(place) = dotenv.place(name) {
        let (before, rest) = split(text, place.value.start);
        let (_, after) = split(rest, place.value.len());
        edited.push_str(before);
        // A comment right behind a closing quote would become a part of a value without quotes.
        write_value(value, !after.starts_with('#'), &mut edited);
        edited.push_str(after);
    } else {
        let line_break = line_break_of(text);
        edited.push_str(text);
        if !text.is_empty() && text != BYTE_ORDER_MARK && !text.ends_with('\n') {
            // The reader takes a carriage return at the very end for the first half of a line break.
            edited.push_str(if text.ends_with('\r') { "\n" } else { line_break });
        }
        edited.push_str(name);
        edited.push('=');
        write_value(value, true, &mut edited);
        edited.push_str(line_break);
    }
    Ok(edited)
}

/// Takes a name and all of its lines out of a `.env` text, none if the name is not there; the rest stays byte for byte.
pub fn remove(text: &str, name: &str) -> Result<Option<Zeroizing<String>>, EditError> {
    let dotenv = parse(text).map_err(EditError::Broken)?;
    let Some(place) = dotenv.place(name) else { return Ok(None) };
    let (before, rest) = split(text, place.lines.start);
    let (_, after) = split(rest, place.lines.len());
    let mut edited = Zeroizing::new(String::with_capacity(text.len()));
    edited.push_str(before);
    edited.push_str(after);
    Ok(Some(edited))
}

const BYTE_ORDER_MARK: &str = "\u{FEFF}";

fn check(name: &str, value: &str) -> Result<(), EditError> {
    if !is_name(name) {
        return Err(EditError::Name);
    }
    if value.len() > Dotenv::VALUE_LIMIT {
        return Err(EditError::TooLong { limit: Dotenv::VALUE_LIMIT });
    }
    if value.contains('\0') {
        return Err(EditError::Null);
    }
    if value.contains('\r') { Err(EditError::CarriageReturn) } else { Ok(()) }
}

/// A buffer that never grows: growing would leave copies of values behind.
fn room_for(text: &str, name: &str, value: &str) -> Zeroizing<String> {
    // Every character may need a backslash; quotes, `=`, and two line breaks of two bytes.
    let most = [text.len(), name.len(), value.len(), value.len(), 8]
        .iter()
        .fold(0, |sum: usize, part| sum.saturating_add(*part));
    Zeroizing::new(String::with_capacity(most))
}

/// The text before and after a position of the parser, which is never within a character.
fn split(text: &str, at: usize) -> (&str, &str) {
    text.split_at_checked(at).unwrap_or((text, ""))
}

/// The line break of the last line that has one, so that a file stays what it is.
fn line_break_of(text: &str) -> &'static str {
    match text.rsplit_once('\n') {
        Some((before, _)) if before.ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// Writes a value in the plainest form that reads back as it: bare, `'…'`, or `"…"` on one line.
fn write_value(value: &str, may_be_bare: bool, edited: &mut String) {
    if may_be_bare && value.bytes().all(is_plain) {
        edited.push_str(value);
        return;
    }
    if !value.contains(['\'', '\n']) {
        edited.push('\'');
        edited.push_str(value);
        edited.push('\'');
        return;
    }
    edited.push('"');
    for character in value.chars() {
        match character {
            '"' => edited.push_str("\\\""),
            '\\' => edited.push_str("\\\\"),
            '\n' => edited.push_str("\\n"),
            _ => edited.push(character),
        }
    }
    edited.push('"');
}

/// Bytes that mean themselves to every other reader of such files too, shells included.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_./:@%+,=".contains(&byte)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn values(text: &str) -> BTreeMap<String, String> {
        parse(text).unwrap().into_values().into_iter().map(|(name, value)| (name, value.to_string())).collect()
    }

    #[track_caller]
    fn set_to(text: &str, value: &str) -> String {
        let edited = set(text, "A", value).unwrap();
        assert_eq!(values(&edited)["A"], value, "{edited:?}");
        edited.to_string()
    }

    #[test]
    fn a_value_is_written_in_the_plainest_form_that_reads_back() {
        let table = [
            ("", "A=\n"),
            ("abc-_./:@%+,=", "A=abc-_./:@%+,=\n"),
            ("a b", "A='a b'\n"),
            (" a ", "A=' a '\n"),
            ("#a", "A='#a'\n"),
            ("$A`b`\\n\"", "A='$A`b`\\n\"'\n"),
            ("zürich", "A='zürich'\n"),
            ("it's", "A=\"it's\"\n"),
            ("it's \"\\n\"", "A=\"it's \\\"\\\\n\\\"\"\n"),
            ("a\nb\n", "A=\"a\\nb\\n\"\n"),
        ];
        for (value, written) in table {
            assert_eq!(set_to("", value), written);
        }
    }

    #[test]
    fn an_entry_is_replaced_in_place() {
        let table = [
            ("A=1", "A=new"),
            ("A=1\n", "A=new\n"),
            ("B=0\r\n  export A  =  1  # why\r\nC=2", "B=0\r\n  export A  =  new  # why\r\nC=2"),
            ("A='1' # why\n", "A=new # why\n"),
            ("A='1'# why\n", "A='new'# why\n"),
            ("A=\"1\n2\n3\"\t#why\nB=2\n", "A=new\t#why\nB=2\n"),
            ("A=\n", "A=new\n"),
            ("A= # why\n", "A=new # why\n"),
            ("A=#1\n", "A=new\n"),
            ("\u{FEFF}A=1\n", "\u{FEFF}A=new\n"),
            ("#A=0\nA=1\n", "#A=0\nA=new\n"),
        ];
        for (text, edited) in table {
            assert_eq!(set_to(text, "new"), edited);
        }
        assert_eq!(set_to("A='1'# why", ""), "A=''# why");
        assert_eq!(set_to("A=1 # why", ""), "A= # why");
    }

    #[test]
    fn a_new_name_gets_a_line_of_its_own_at_the_end() {
        let table = [
            ("", "A=new\n"),
            ("\u{FEFF}", "\u{FEFF}A=new\n"),
            ("B=1", "B=1\nA=new\n"),
            ("B=1\n\n", "B=1\n\nA=new\n"),
            ("B=1\r\n# end", "B=1\r\n# end\r\nA=new\r\n"),
            ("B=1\r", "B=1\r\nA=new\n"),
            ("C=1\r\nB='1'\r", "C=1\r\nB='1'\r\nA=new\r\n"),
            ("B=\"x\ny\"", "B=\"x\ny\"\nA=new\n"),
        ];
        for (text, edited) in table {
            assert_eq!(set_to(text, "new"), edited);
        }
    }

    #[test]
    fn a_value_that_is_there_already_changes_nothing() {
        assert_eq!(set_to("A=\"new\"\n", "new"), "A=\"new\"\n");
    }

    #[test]
    fn a_name_goes_with_all_its_lines() {
        let table = [
            ("A=1", Some("")),
            ("B=0\r\nA=\"1\r\n2\" # why\r\nC=2", Some("B=0\r\nC=2")),
            ("# A\nexport A=1", Some("# A\n")),
            ("\u{FEFF}A=1\nB=2\n", Some("\u{FEFF}B=2\n")),
            ("B=1\n", None),
        ];
        for (text, edited) in table {
            assert_eq!(remove(text, "A").unwrap().as_ref().map(|text| text.as_str()), edited);
        }
    }

    #[test]
    fn what_cannot_be_written_is_refused_without_the_value() {
        let long = "hunter2".repeat(10_000);
        let table = [
            ("", "1A", "hunter2", "the name can contain only letters, digits and `_`, and cannot start with a digit"),
            ("", "A", &long, "the value is longer than 64 KiB"),
            ("", "A", "hunter2\r", "the value contains a carriage return"),
            ("", "A", "hunter2\0", "the value contains a NUL character; it may be UTF-16 text or binary data"),
            ("hunter2\nA=1\nA='hunter2", "A", "1", "line 1: expected `NAME=value`; line 3: unclosed quote"),
        ];
        for (text, name, value, message) in table {
            let error = set(text, name, value).unwrap_err();
            assert_eq!(error.to_string(), message);
            assert!(!format!("{error:?}").contains("hunter2"));
        }
        assert!(matches!(remove("hunter2", "A"), Err(EditError::Broken(_))));
        assert!(set("", "A", &"\"'".repeat(32 * 1024)).is_ok());
    }

    #[test]
    fn buffers_never_grow() {
        for value in ["\"'\n\\".repeat(1000), "x".repeat(4000), String::new()] {
            for text in ["", "B=1\r\nC=2", "A=1 # why\n"] {
                let edited = set(text, "A", &value).unwrap();
                assert!(edited.capacity() <= room_for(text, "A", &value).capacity());
            }
        }
    }

    /// Lines of all kinds, each a whole entry or none.
    fn text() -> impl Strategy<Value = String> {
        let line = prop_oneof![
            Just(String::new()),
            "[ \t]{0,2}#[ -~]{0,8}",
            "[ \t]{0,2}(export )?NAME[ ]{0,2}=[ ]{0,2}[!-&(-~]{0,6}([ ]{1,2}#[ -~]{0,4})?",
            "NAME='[^'\r\n]{0,6}'[ \t]{0,1}(#[ -~]{0,4})?",
            "NAME=\"([^\"\\\\\r]|\\\\\"|\\\\\\\\|\n|\r\n){0,6}\"[ \t]{0,1}(#[ -~]{0,4})?",
        ];
        let break_ = prop_oneof![Just("\n"), Just("\r\n")];
        (any::<bool>(), prop::collection::vec((line, break_), 0..6), any::<bool>()).prop_map(|(mark, lines, ends)| {
            let mut text = String::from(if mark { BYTE_ORDER_MARK } else { "" });
            for (number, (line, line_break)) in lines.iter().enumerate() {
                let name = ["A", "B", "C", "d_1", "E", "F"][number];
                text.push_str(&line.replacen("NAME", name, 1));
                text.push_str(line_break);
            }
            if ends { text } else { text.trim_end_matches(['\r', '\n']).to_owned() }
        })
    }

    proptest! {
        #[test]
        fn setting_changes_one_name_and_nothing_else(text in text(), name in "[A-G]", value in "[^\0\r]{0,12}") {
            let Ok(before) = parse(&text) else { return Ok(()) };
            let edited = set(&text, &name, &value).unwrap();
            let mut expected = values(&text);
            expected.insert(name.clone(), value.clone());
            prop_assert_eq!(values(&edited), expected);
            prop_assert_eq!(&set(&edited, &name, &value).unwrap(), &edited);
            let without = remove(&edited, &name).unwrap().unwrap();
            match before.place(&name) {
                Some(place) => {
                    prop_assert!(edited.starts_with(text.split_at(place.value.start).0));
                    prop_assert!(edited.ends_with(text.split_at(place.value.end).1));
                    prop_assert_eq!(Some(without), remove(&text, &name).unwrap());
                }
                None => prop_assert!(without.starts_with(&text) && without.len() <= text.len() + 2),
            }
        }

        #[test]
        fn removing_takes_one_name_and_nothing_else(text in text(), name in "[A-G]") {
            let Ok(before) = parse(&text) else { return Ok(()) };
            let removed = remove(&text, &name).unwrap();
            prop_assert_eq!(removed.is_some(), before.place(&name).is_some());
            if let (Some(removed), Some(place)) = (removed, before.place(&name)) {
                let mut expected = values(&text);
                expected.remove(&name);
                prop_assert_eq!(values(&removed), expected);
                let rest = [text.split_at(place.lines.start).0, text.split_at(place.lines.end).1].concat();
                prop_assert_eq!(removed.as_str(), rest);
            }
        }

        #[test]
        fn any_value_reads_back(value in any::<String>().prop_filter("written", |value| !value.contains(['\0', '\r']))) {
            let edited = set("B=1 # why", "A", &value).unwrap();
            prop_assert_eq!(&values(&edited)["A"], &value);
        }
    }
}
