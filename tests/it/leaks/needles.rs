//! How a secret may look when it comes out.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use sha2::{Digest as _, Sha256};

/// How many bytes of a secret in a row are a leak of their own.
const FRAGMENT: usize = 8;

/// One secret in every encoding that is looked for.
pub(super) struct Needles {
    /// What the encoding is called, and the bytes.
    all: Vec<(String, Vec<u8>)>,
    /// Which of them start with these two bytes, so that long files are scanned in one pass.
    by_start: BTreeMap<[u8; 2], Vec<usize>>,
    /// The keys of `by_start`.
    is_start: Vec<bool>,
}

/// What the names of digests start with.
pub(super) const DIGEST: &str = "SHA-256";

impl Needles {
    /// Every encoding of these secrets: those of several texts where one secret has several, as a key and its bytes.
    #[track_caller]
    pub(super) fn of(secrets: &[&[u8]]) -> Self {
        let mut all = Vec::new();
        for secret in secrets {
            add_bytes(&mut all, secret);
            if let Ok(text) = std::str::from_utf8(secret) {
                add_text(&mut all, text);
            }
        }
        let mut by_start = BTreeMap::<[u8; 2], Vec<usize>>::new();
        let mut is_start = vec![false; 1 << 16];
        for (at, (name, bytes)) in all.iter().enumerate() {
            assert!(bytes.len() >= FRAGMENT, "{name} would be found by chance");
            let start = [bytes[0], bytes[1]];
            by_start.entry(start).or_default().push(at);
            is_start[usize::from(u16::from_be_bytes(start))] = true;
        }
        Self { all, by_start, is_start }
    }

    /// The names of the encodings that stand in these bytes.
    pub(super) fn scan(&self, bytes: &[u8]) -> Vec<&str> {
        let mut found = Vec::new();
        for (at, pair) in bytes.windows(2).enumerate() {
            let start = [pair[0], pair[1]];
            if !self.is_start[usize::from(u16::from_be_bytes(start))] {
                continue;
            }
            for needle in self.by_start.get(&start).into_iter().flatten() {
                let (name, needle) = &self.all[*needle];
                if bytes[at..].starts_with(needle) && !found.contains(&name.as_str()) {
                    found.push(name);
                }
            }
        }
        found
    }
}

fn add_bytes(all: &mut Vec<(String, Vec<u8>)>, secret: &[u8]) {
    let mut add = |name: &str, bytes: Vec<u8>| all.push((name.to_owned(), bytes));
    add("raw", secret.to_vec());
    add("the first half", secret[..secret.len().div_ceil(2)].to_vec());
    add("the second half", secret[secret.len() / 2..].to_vec());
    for offset in 0..3 {
        let core = base64_core(secret, offset);
        add(&format!("base64url at {offset}"), core.replace('+', "-").replace('/', "_").into_bytes());
        add(&format!("base64 at {offset}"), core.into_bytes());
    }
    add("hex", hex(secret).into_bytes());
    add("HEX", hex(secret).to_uppercase().into_bytes());
    add("URL-encoded", url_encoded(secret).into_bytes());
    add("URL-encoded, lower case", lower_escapes(&url_encoded(secret)).into_bytes());
    add("form-encoded", url_encoded(secret).replace("%20", "+").into_bytes());
    let digest = Sha256::digest(secret);
    add(&format!("{DIGEST}, hex"), hex(&digest).into_bytes());
    add(&format!("{DIGEST}, HEX"), hex(&digest).to_uppercase().into_bytes());
    add(&format!("{DIGEST}, base64"), STANDARD.encode(digest).trim_end_matches('=').as_bytes().to_vec());
    add(&format!("{DIGEST}, base64url"), URL_SAFE.encode(digest).trim_end_matches('=').as_bytes().to_vec());
    add(&format!("{DIGEST}, raw"), digest.to_vec());
}

fn add_text(all: &mut Vec<(String, Vec<u8>)>, text: &str) {
    let mut add = |name: &str, bytes: Vec<u8>| all.push((name.to_owned(), bytes));
    let json = json_escaped(text);
    add("JSON in JSON", json_escaped(&json).into_bytes());
    add("JSON with slashes escaped", json.replace('/', "\\/").into_bytes());
    add("JSON in ASCII", ascii_escaped(&json).into_bytes());
    add("JSON", json.into_bytes());
    add("UTF-16 LE", text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    add("UTF-16 BE", text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    // No encoder changes these, and no line break splits them all.
    for run in text.split(|character: char| !character.is_ascii_alphanumeric()) {
        if run.len() >= FRAGMENT {
            add("a part", run.as_bytes().to_vec());
        }
    }
}

/// The characters of a base64 text that depend on the secret alone when this many other bytes stand before it.
fn base64_core(secret: &[u8], offset: usize) -> String {
    let mut bytes = vec![b'?'; offset];
    bytes.extend_from_slice(secret);
    let encoded = STANDARD.encode(&bytes);
    let text = encoded.trim_end_matches('=');
    // Its last character would hold bits of what follows.
    let end = text.len() - usize::from(!bytes.len().is_multiple_of(3));
    // One byte before it reaches into the second character, two into the third.
    let start = if offset == 0 { 0 } else { offset + 1 };
    text.get(start..end).expect("base64 is ASCII").to_owned()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to memory");
        text
    })
}

pub(super) fn url_encoded(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            text.push(char::from(*byte));
        } else {
            write!(text, "%{byte:02X}").expect("writing to memory");
        }
        text
    })
}

fn lower_escapes(text: &str) -> String {
    let mut parts = text.split('%');
    let mut lower = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at(2);
        write!(lower, "%{}{rest}", digits.to_lowercase()).expect("writing to memory");
    }
    lower
}

fn json_escaped(text: &str) -> String {
    let quoted = serde_json::to_string(text).expect("a text is JSON");
    quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).expect("a text is quoted").to_owned()
}

fn ascii_escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, character| {
        if character.is_ascii() {
            escaped.push(character);
        } else {
            write!(escaped, "\\u{:04x}", u32::from(character)).expect("writing to memory");
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::super::sentinels::{SALT, VALUE};
    use super::*;

    /// What other encoders make of the value, with something around it.
    fn planted() -> Vec<(&'static str, Vec<u8>)> {
        let text = |text: String| text.into_bytes();
        let around = |before: &str, after: &str| format!("{before}{VALUE}{after}");
        let mut url = url::Url::parse("http://h/").expect("a URL");
        url.query_pairs_mut().append_pair("value", VALUE);
        let mut planted = vec![
            ("raw", text(around("x", "y"))),
            ("base64 at 0", text(STANDARD.encode(around("", "y")))),
            ("base64 at 1", text(STANDARD.encode(around("user", "yy")))),
            ("base64 at 2", text(STANDARD.encode(around("user:", "yyy")))),
            ("base64url at 0", text(URL_SAFE.encode(around("use", "")))),
            ("base64url at 1", text(URL_SAFE.encode(around("x", "y")))),
            ("base64url at 2", text(URL_SAFE.encode(around("xy", "y")))),
            ("URL-encoded", text(url_encoded(around("/", "/").as_bytes()))),
            ("URL-encoded, lower case", text(lower_escapes(&url_encoded(VALUE.as_bytes())))),
            ("form-encoded", text(url.to_string())),
            ("JSON", text(serde_json::json!({"value": VALUE}).to_string())),
            ("JSON in JSON", text(serde_json::json!(serde_json::json!([VALUE]).to_string()).to_string())),
            ("JSON in ASCII", text(ascii_escaped(&serde_json::json!([VALUE]).to_string()))),
            ("JSON with slashes escaped", text(serde_json::json!([VALUE]).to_string().replace('/', "\\/"))),
            ("hex", text(hex(around("x", "y").as_bytes()))),
            ("HEX", text(hex(around("x", "y").as_bytes()).to_uppercase())),
            ("UTF-16 LE", around("x", "y").encode_utf16().flat_map(u16::to_le_bytes).collect()),
            ("UTF-16 BE", around("x", "y").encode_utf16().flat_map(u16::to_be_bytes).collect()),
            ("the first half", VALUE.as_bytes()[..VALUE.len().div_ceil(2)].to_vec()),
            ("the second half", VALUE.as_bytes()[VALUE.len() / 2..].to_vec()),
            ("a part", text(format!("…{}\n", VALUE.split_at(VALUE.len() - 8).1))),
        ];
        let digest = Sha256::digest(VALUE);
        planted.extend([
            ("SHA-256, hex", text(format!("sha256:{}", hex(&digest)))),
            ("SHA-256, HEX", text(hex(&digest).to_uppercase())),
            ("SHA-256, base64", text(STANDARD.encode(digest))),
            ("SHA-256, base64url", text(URL_SAFE.encode(digest))),
            ("SHA-256, raw", digest.to_vec()),
        ]);
        planted
    }

    #[test]
    fn every_encoding_is_found_in_what_others_wrote() {
        let needles = Needles::of(&[VALUE.as_bytes()]);
        let mut missed: Vec<String> = needles.all.iter().map(|(name, _)| name.clone()).collect();
        for (name, bytes) in planted() {
            assert!(needles.scan(&bytes).contains(&name), "{name}: {:?}", needles.scan(&bytes));
            missed.retain(|missed| missed != name);
        }
        assert_eq!(missed, [""; 0], "encodings that no test planted");
    }

    #[test]
    fn nothing_is_found_where_nothing_is() {
        let needles = Needles::of(&[VALUE.as_bytes()]);
        let others = format!("{SALT} {} = + / \\ \" é", VALUE.split_at(7).0);
        assert_eq!(needles.scan(others.as_bytes()), [""; 0]);
        assert_eq!(needles.scan(b""), [""; 0]);
    }

    #[test]
    fn base64_is_found_at_every_offset_and_whatever_follows() {
        let needles = Needles::of(&[b"0123456789abcdef"]);
        for before in 0..9 {
            for after in 0..4 {
                let bytes = [vec![0xff; before], b"0123456789abcdef".to_vec(), vec![0xff; after]].concat();
                let name = format!("base64 at {}", before % 3);
                assert!(needles.scan(STANDARD.encode(&bytes).as_bytes()).contains(&name.as_str()), "{before} {after}");
            }
        }
    }
}
