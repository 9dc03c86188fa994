//! Secrets that come back in a server's or proxy's words, however they were encoded.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;
use zeroize::Zeroizing;

use crate::env::Network;
use crate::model::Sensitive;
use crate::secrets::SecretValue;
use crate::secrets::expose::expose;

/// How many bytes of a secret in a row are a leak: more than the prefix that tokens of one kind share.
const RUN: usize = 12;
/// From so many bytes on a secret is found anywhere in a text, below only as a whole word.
const ANYWHERE: usize = 8;
/// A shorter secret, such as `en` or `1`, would hide every other message.
const SHORTEST: usize = 4;
/// How much of a text is ever looked at and shown.
const LONGEST_TEXT: usize = 64 * 1024;
/// How often a text may be percent-encoded, or quoted as JSON, and still be read.
const NESTING: usize = 3;

/// Every secret that a run holds.
#[derive(Default)]
pub(super) struct KnownSecrets {
    texts: RwLock<Vec<Zeroizing<String>>>,
}

impl KnownSecrets {
    /// The token, and the passwords in the URLs of the proxies.
    pub(super) fn new(token: Option<&Arc<SecretValue>>, network: &Network) -> Self {
        let urls = [&network.http, &network.https].into_iter().flatten();
        let passwords: Vec<SecretValue> = urls.filter_map(|url| password(url)).collect();
        let known = Self::default();
        known.learn(std::iter::empty(), token.map(|token| &**token).into_iter().chain(&passwords), &BTreeSet::new());
        known
    }

    /// Takes in what a run holds besides; a text that is shown anyway is no secret.
    pub(super) fn learn<'held>(
        &self,
        literals: impl Iterator<Item = &'held Sensitive>,
        values: impl Iterator<Item = &'held SecretValue>,
        shown: &BTreeSet<&str>,
    ) {
        let texts = literals.map(Sensitive::for_request).chain(values.map(expose));
        let texts = texts.filter(|text| text.len() >= SHORTEST && !shown.contains(text));
        let mut known = self.texts.write().unwrap_or_else(PoisonError::into_inner);
        for text in texts {
            if known.iter().all(|other| other.as_str() != text) {
                known.push(Zeroizing::new(text.to_owned()));
            }
        }
    }

    /// Whether one of them is repeated in a text.
    pub(super) fn stand_in(&self, text: &str) -> bool {
        let known = self.texts.read().unwrap_or_else(PoisonError::into_inner);
        !known.is_empty() && Heard::new(text).repeats_any(known.iter().map(|secret| secret.as_str()))
    }
}

/// Whether a secret, or a part of it, stands in a text: as it is, in another case, or as JSON, URLs, hex digits or base64 hold it.
pub(super) fn is_echoed(secret: &SecretValue, text: &str) -> bool {
    Heard::new(text).repeats_any([expose(secret)].into_iter())
}

/// Whether a whole secret stands in a text that is not an error's: parts of it may, such as the id of a user in a token.
pub fn is_given_back(secret: &SecretValue, text: &str) -> bool {
    !secret.is_empty() && text.contains(expose(secret))
}

/// The first part of a text, which is all of it that is looked at.
pub(super) fn head(text: &str) -> &str {
    let end = (0..=LONGEST_TEXT.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or(text)
}

/// The password of a proxy's URL, which may lack the scheme.
fn password(url: &str) -> Option<SecretValue> {
    let with_scheme = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
    let url = Url::parse(&with_scheme).ok()?;
    let decoded = Zeroizing::new(percent_decoded(url.password()?.as_bytes()));
    std::str::from_utf8(&decoded).ok().map(SecretValue::new)
}

/// What somebody said, in every reading, in lower case: a server that repeats a secret may change its case.
struct Heard {
    readings: Vec<Vec<u8>>,
    /// Which two bytes stand side by side in it: most runs of a secret are done with at once.
    pairs: Vec<bool>,
}

/// The runs of a length that stand in a text; whole words only, if that is said.
type Runs<'heard> = BTreeMap<(usize, bool), HashSet<&'heard [u8]>>;

impl Heard {
    fn new(text: &str) -> Self {
        let readings: Vec<Vec<u8>> = readings(head(text).as_bytes()).iter().map(|reading| lower(reading)).collect();
        let mut pairs = vec![false; 1 << 16];
        for pair in readings.iter().flat_map(|reading| reading.windows(2)) {
            if let Some(is_there) = pairs.get_mut(place_of(pair)) {
                *is_there = true;
            }
        }
        Self { readings, pairs }
    }

    fn repeats_any<'secret>(&self, mut secrets: impl Iterator<Item = &'secret str>) -> bool {
        let mut runs = Runs::new();
        secrets.any(|secret| self.repeats(secret, &mut runs))
    }

    fn repeats<'heard>(&'heard self, secret: &str, runs: &mut Runs<'heard>) -> bool {
        let length = secret.len();
        if length < SHORTEST {
            return false;
        }
        let plain = secret.as_bytes();
        let is_word = length < ANYWHERE;
        let offsets = if is_word { 0..1 } else { 0..3 };
        let mut forms = vec![
            (Zeroizing::new(plain.to_vec()), RUN),
            (Zeroizing::new(without_backslashes(plain)), RUN),
            (hex(plain), 2 * RUN),
        ];
        forms.extend(offsets.map(|offset| (base64_core(plain, offset, is_word), RUN * 4 / 3)));
        forms.iter().any(|(form, run)| {
            // Of a long secret each run counts, of a shorter one all of it.
            let form = Zeroizing::new(lower(form));
            let run = if length < RUN { form.len() } else { (*run).min(form.len()) };
            run >= SHORTEST && self.has_run(&form, run, is_word, runs)
        })
    }

    fn has_run<'heard>(&'heard self, form: &[u8], run: usize, is_word: bool, runs: &mut Runs<'heard>) -> bool {
        let mut maybe = form.windows(run).filter(|window| self.pairs.get(place_of(window)) == Some(&true)).peekable();
        if maybe.peek().is_none() {
            return false;
        }
        let heard = runs.entry((run, is_word)).or_insert_with(|| {
            let of_reading = |reading: &'heard Vec<u8>| {
                let windows = reading.windows(run).enumerate();
                let counts = move |at: usize| !is_word || stands_alone(reading, at, run);
                windows.filter(move |(at, _)| counts(*at)).map(|(_, window)| window)
            };
            self.readings.iter().flat_map(of_reading).collect()
        });
        maybe.any(|window| heard.contains(window))
    }
}

/// Where the first two bytes of a run stand among all pairs.
fn place_of(run: &[u8]) -> usize {
    run.iter().take(2).fold(0, |place, byte| place << 8 | usize::from(*byte))
}

/// Whether no letter or digit touches a part of a text.
fn stands_alone(text: &[u8], at: usize, length: usize) -> bool {
    let touches = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    !touches(at.checked_sub(1).and_then(|before| text.get(before))) && !touches(text.get(at + length))
}

/// A text as it may be meant: as it is, with percent signs, quotes of JSON and the other alphabet of base64 read.
fn readings(text: &[u8]) -> Vec<Vec<u8>> {
    let mut decoded = Vec::new();
    decode(text.to_vec(), NESTING, &mut decoded);
    let mut readings = Vec::new();
    for text in decoded {
        let mut quoted = text.clone();
        for _ in 0..NESTING {
            if !quoted.contains(&b'\\') {
                break;
            }
            readings.push(without_backslashes(&quoted));
            quoted = json_decoded(&quoted);
            readings.push(quoted.clone());
        }
        if text.contains(&b'-') || text.contains(&b'_') {
            readings.push(replaced(&replaced(&text, b'-', b'+'), b'_', b'/'));
        }
        readings.push(text);
    }
    readings
}

/// Adds a text, and what it is with its percent signs read, as often as that goes; a plus may be a blank.
fn decode(text: Vec<u8>, depth: usize, into: &mut Vec<Vec<u8>>) {
    if depth > 0 && text.contains(&b'%') {
        decode(percent_decoded(&text), depth - 1, into);
    }
    if depth > 0 && text.contains(&b'+') {
        decode(percent_decoded(&replaced(&text, b'+', b' ')), depth - 1, into);
    }
    into.push(text);
}

fn replaced(text: &[u8], from: u8, to: u8) -> Vec<u8> {
    text.iter().map(|byte| if *byte == from { to } else { *byte }).collect()
}

fn lower(bytes: &[u8]) -> Vec<u8> {
    let text = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
    text.to_lowercase().into_bytes()
}

/// The bytes without backslashes: what is left of them whatever quoted them, and as often as that.
fn without_backslashes(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|byte| *byte != b'\\').collect()
}

/// The text that a JSON string stands for; what is no escape of JSON stays.
fn json_decoded(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, others)) = rest.split_first() {
        rest = others;
        let escape = others.first().filter(|_| *first == b'\\');
        let Some(escape) = escape else {
            decoded.push(*first);
            continue;
        };
        rest = others.get(1..).unwrap_or_default();
        match escape {
            b'n' => decoded.push(b'\n'),
            b'r' => decoded.push(b'\r'),
            b't' => decoded.push(b'\t'),
            b'b' => decoded.push(8),
            b'f' => decoded.push(12),
            b'u' => {
                let digits = rest.get(..4).and_then(|digits| std::str::from_utf8(digits).ok());
                let character = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
                if let Some(character) = character {
                    decoded.extend(character.encode_utf8(&mut [0; 4]).bytes());
                    rest = rest.get(4..).unwrap_or_default();
                }
            }
            other => decoded.push(*other),
        }
    }
    decoded
}

fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, others)) = rest.split_first() {
        let digits = others.split_first_chunk::<2>().filter(|_| *first == b'%');
        let byte = digits.and_then(|([high, low], after)| Some((hex_digit(*high)? << 4 | hex_digit(*low)?, after)));
        let (byte, after) = byte.unwrap_or((*first, others));
        decoded.push(byte);
        rest = after;
    }
    decoded
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn hex(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let digits =
        |byte: &u8| [byte >> 4, byte & 15].map(|digit| if digit < 10 { b'0' + digit } else { b'a' + digit - 10 });
    Zeroizing::new(bytes.iter().flat_map(digits).collect())
}

/// The characters of a base64 text that hold nothing but the secret when so many other bytes stand before it; with `whole`
/// those of the secret alone.
fn base64_core(secret: &[u8], offset: usize, whole: bool) -> Zeroizing<Vec<u8>> {
    let bytes = Zeroizing::new([[0; 2].get(..offset).unwrap_or_default(), secret].concat());
    let encoded = Zeroizing::new(STANDARD.encode(&*bytes).into_bytes());
    if whole {
        return Zeroizing::new(encoded.iter().copied().filter(|byte| *byte != b'=').collect());
    }
    // Characters at the edges hold bits of what stands beside it.
    let start = if offset == 0 { 0 } else { offset + 1 };
    let end = bytes.len() * 8 / 6;
    Zeroizing::new(encoded.get(start..end).unwrap_or_default().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "owl_pat_Vq7Z\"r0w\\LmX+K9d/Tb4=Hs8q";

    fn secrets(texts: &[&str]) -> KnownSecrets {
        let secrets = KnownSecrets::default();
        let literals: Vec<Sensitive> = texts.iter().map(|text| Sensitive::new(*text)).collect();
        secrets.learn(literals.iter(), std::iter::empty(), &BTreeSet::from(["shown-anyway"]));
        secrets
    }

    /// Every way in which a server may repeat a secret.
    fn encodings(secret: &str) -> Vec<String> {
        let upper_hex = String::from_utf8(hex(secret.as_bytes()).to_vec()).unwrap().to_uppercase();
        let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let json = serde_json::to_string(secret).unwrap();
        let code_points = secret.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect::<Vec<_>>().concat();
        let every_byte = secret.bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat();
        let twice: String = url::form_urlencoded::byte_serialize(encoded.as_bytes()).collect();
        let mut texts = vec![
            secret.to_owned(),
            secret.to_uppercase(),
            secret.to_lowercase(),
            serde_json::to_string(&json).unwrap(),
            json,
            code_points,
            every_byte,
            twice,
            encoded.to_lowercase(),
            encoded,
            upper_hex.to_lowercase(),
            upper_hex,
        ];
        let befores: &[&str] = if secret.len() < ANYWHERE { &[""] } else { &["", "u", "u:", "Bearer "] };
        for before in befores {
            let text = STANDARD.encode(format!("{before}{secret}"));
            texts.extend([text.replace('+', "-").replace('/', "_"), text]);
        }
        texts
    }

    #[test]
    fn a_secret_is_seen_in_every_encoding() {
        for secret in [SECRET, "p@ss w0rd", "hunter2", "a\nb\nc\td\ne\nf\ng", "Grün-Blau-Süß"] {
            let known = secrets(&["other-secret-of-this-run", secret]);
            for text in encodings(secret) {
                let said = format!("not accepted: {text}.");
                assert!(known.stand_in(&said), "{said}");
                assert!(is_echoed(&SecretValue::new(secret), &said), "{said}");
            }
        }
        assert!(secrets(&[SECRET]).stand_in("begins with owl_pat_Vq7Z"));
    }

    #[test]
    fn other_words_are_no_secret() {
        let known = secrets(&[SECRET]);
        for text in ["", "a token starts with owl_pat_", "%", "%4", "no such org \\ %zz", "\\u12", "/api/dev/secrets"] {
            assert!(!known.stand_in(text), "{text}");
        }
        assert!(!KnownSecrets::default().stand_in("anything"));
    }

    #[test]
    fn short_secrets_hide_only_the_word_that_they_are() {
        let known = secrets(&["", "1", "en", "abc", "true", "hunter2"]);
        for text in ["an error in abc at 1", "the tokens end", "untrue", "hunter22", "is it hunter-2?"] {
            assert!(!known.stand_in(text), "{text}");
        }
        for text in ["you sent true", "x=hunter2&y", "\"hunter2\"", "HUNTER2"] {
            assert!(known.stand_in(text), "{text}");
        }
        assert!(!secrets(&["shown-anyway"]).stand_in("shown-anyway"));
        let known = secrets(&["eightlet"]);
        assert!(known.stand_in("xeightletx") && !known.stand_in("eightle"));
    }

    #[test]
    fn a_long_text_is_looked_at_up_to_its_limit() {
        let known = secrets(&[SECRET]);
        let long = format!("{}{SECRET}", "ü".repeat(LONGEST_TEXT / 2 - 100));
        assert!(known.stand_in(&long));
        assert_eq!(head(&"ü".repeat(LONGEST_TEXT)).len(), LONGEST_TEXT);
        assert!(known.stand_in(&format!("{}{SECRET}", "\\".repeat(1000))));
    }

    #[test]
    fn passwords_of_proxies_are_secrets() {
        let proxies = |http: &str| Network { http: Some(http.to_owned()), ..Network::default() };
        for url in ["http://user:hunter2%2Fhunter2@proxy:8080", "user:hunter2%2Fhunter2@proxy:8080"] {
            let known = KnownSecrets::new(None, &proxies(url));
            assert!(known.stand_in("407 for user:hunter2/hunter2"), "{url}");
            assert!(known.stand_in(&STANDARD.encode("user:hunter2/hunter2")), "{url}");
        }
        for url in ["http://proxy:8080", "http://user@proxy", "http://[", ""] {
            assert!(!KnownSecrets::new(None, &proxies(url)).stand_in("user proxy 8080"), "{url}");
        }
    }
}
