//! Credentials that come back in a server's or proxy's words, however they were encoded.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;
use zeroize::Zeroizing;

use crate::env::Network;
use crate::secrets::SecretValue;
use crate::secrets::expose::expose;

/// How many bytes of a credential in a row are a leak: more than the prefix that tokens of one kind share.
const WINDOW: usize = 12;

/// What a client proves itself with: to the server, and to proxies.
#[derive(Default)]
pub(super) struct Credentials {
    token: Option<Arc<SecretValue>>,
    passwords: Vec<SecretValue>,
}

impl Credentials {
    /// The token, and the passwords in the URLs of the proxies.
    pub(super) fn new(token: Option<Arc<SecretValue>>, network: &Network) -> Self {
        let urls = [&network.http, &network.https].into_iter().flatten();
        Self { token, passwords: urls.filter_map(|url| password(url)).collect() }
    }

    /// Whether one of them is echoed in a text.
    pub(super) fn stand_in(&self, text: &str) -> bool {
        let mut all = self.token.as_deref().into_iter().chain(&self.passwords);
        all.any(|credential| is_echoed(credential, text))
    }
}

/// Whether a secret, or a part of it, stands in a text: as it is, or as JSON, URLs, hex digits or base64 hold it.
pub(super) fn is_echoed(secret: &SecretValue, text: &str) -> bool {
    !secret.is_empty() && stands_in(expose(secret), text)
}

/// Whether a whole secret stands in a text that is not an error's: parts of it may, such as the id of a user in a token.
pub fn is_given_back(secret: &SecretValue, text: &str) -> bool {
    !secret.is_empty() && text.contains(expose(secret))
}

/// Whether a secret, or a part of it, stands in the name of a host, which has no upper case.
pub(super) fn is_echoed_in_host(secret: &SecretValue, host: &str) -> bool {
    let lower = Zeroizing::new(expose(secret).to_ascii_lowercase());
    is_echoed(secret, host) || !lower.is_empty() && stands_in(&lower, host)
}

/// The password of a proxy's URL, which may lack the scheme.
fn password(url: &str) -> Option<SecretValue> {
    let with_scheme = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
    let url = Url::parse(&with_scheme).ok()?;
    let decoded = Zeroizing::new(percent_decoded(url.password()?.as_bytes()));
    std::str::from_utf8(&decoded).ok().map(SecretValue::new)
}

fn stands_in(secret: &str, text: &str) -> bool {
    if text.contains(secret) {
        return true;
    }
    let plain = Zeroizing::new(unescaped(secret.as_bytes()));
    let heard = [text.as_bytes().to_vec(), percent_decoded(text.as_bytes())];
    heard.iter().any(|heard| shares(&unescaped(heard), &plain, WINDOW))
        || shares(text.to_ascii_lowercase().as_bytes(), &hex(secret.as_bytes()), 2 * WINDOW)
        || (0..3).any(|offset| {
            let text = text.replace('-', "+").replace('_', "/");
            shares(text.as_bytes(), &base64_core(secret.as_bytes(), offset), WINDOW * 4 / 3)
        })
}

/// Whether a run of so many bytes stands in both; of a shorter secret all of it.
fn shares(text: &[u8], secret: &[u8], length: usize) -> bool {
    let length = length.min(secret.len());
    if length == 0 {
        return false;
    }
    let runs: BTreeSet<&[u8]> = secret.windows(length).collect();
    text.windows(length).any(|run| runs.contains(run))
}

/// The bytes without backslashes: what is left of them whatever quoted them, and as often as that.
fn unescaped(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|byte| *byte != b'\\').collect()
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

/// The characters of a base64 text that hold nothing but the secret when so many other bytes stand before it.
fn base64_core(secret: &[u8], offset: usize) -> Zeroizing<Vec<u8>> {
    let bytes = Zeroizing::new([[0; 2].get(..offset).unwrap_or_default(), secret].concat());
    let encoded = Zeroizing::new(STANDARD.encode(&*bytes).into_bytes());
    // Characters at the edges hold bits of what stands beside it.
    let start = if offset == 0 { 0 } else { offset + 1 };
    let end = bytes.len() * 8 / 6;
    Zeroizing::new(encoded.get(start..end).unwrap_or_default().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "owl_pat_Vq7Z\"r0w\\LmX+K9d/Tb4=Hs8q";

    fn token(text: &str) -> Credentials {
        Credentials { token: Some(Arc::new(SecretValue::new(text))), passwords: Vec::new() }
    }

    #[test]
    fn a_credential_is_seen_in_every_encoding() {
        let credentials = token(SECRET);
        let upper = String::from_utf8(hex(SECRET.as_bytes()).to_vec()).unwrap().to_uppercase();
        let encoded: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
        let mut texts = vec![
            format!("you sent {SECRET}."),
            serde_json::to_string(&serde_json::to_string(SECRET).unwrap()).unwrap(),
            format!("/{encoded}/"),
            encoded.to_lowercase().replace("vq7z", "Vq7Z").replace("lmx", "LmX").replace("%2bk9d", "%2bK9d"),
            upper.to_lowercase(),
            upper,
            "begins with owl_pat_Vq7Z".to_owned(),
        ];
        for before in ["", "u", "u:", "Bearer "] {
            let text = STANDARD.encode(format!("{before}{SECRET}\r\n"));
            texts.extend([text.replace('+', "-").replace('/', "_"), text]);
        }
        for text in texts {
            assert!(credentials.stand_in(&text), "{text}");
        }
    }

    #[test]
    fn other_words_are_no_credential() {
        let credentials = token(SECRET);
        for text in ["", "a token starts with owl_pat_", "%", "%4", "no such org \\ %zz", "/api/dev/secrets"] {
            assert!(!credentials.stand_in(text), "{text}");
        }
        assert!(!token("").stand_in("anything"));
        assert!(token("short").stand_in("a short word") && !token("short").stand_in("shor"));
        assert!(!Credentials::default().stand_in("anything"));
    }

    #[test]
    fn passwords_of_proxies_are_credentials() {
        let proxies = |http: &str| Network { http: Some(http.to_owned()), ..Network::default() };
        for url in ["http://user:hunter2%2Fhunter2@proxy:8080", "user:hunter2%2Fhunter2@proxy:8080"] {
            let credentials = Credentials::new(None, &proxies(url));
            assert!(credentials.stand_in("407 for user:hunter2/hunter2"), "{url}");
            assert!(credentials.stand_in(&STANDARD.encode("user:hunter2/hunter2")), "{url}");
        }
        for url in ["http://proxy:8080", "http://user@proxy", "http://[", ""] {
            assert!(Credentials::new(None, &proxies(url)).passwords.is_empty(), "{url}");
        }
    }
}
