//! What went wrong with a request, in words that hold nothing secret.

use std::error::Error;
use std::io::ErrorKind;

use rustls::{CertificateError, Error as TlsError};

use crate::model::has_secret_shape;
use crate::wire::ServerError;

use super::echo::{KnownSecrets, head, is_echoed};
use super::{Call, Cause, Outcome, RequestError};

/// The longest text of a server that is shown, in characters.
const LONGEST_MESSAGE: usize = 500;
/// The longest code of a server that is shown.
const LONGEST_CODE: usize = 64;

/// What is shown in place of words that hold a secret.
const HIDDEN: &str = "(message hidden: it contains a secret)";

/// Says why no answer came. What reqwest says itself is not used: it quotes the URL.
pub(super) fn no_answer(call: &Call<'_>, error: &reqwest::Error) -> RequestError {
    let request = call.request.clone();
    if error.is_builder() {
        return RequestError::NotSent { request, what: "the request could not be built".to_owned() };
    }
    let (cause, what) = explain(error);
    let outcome = if call.changes && !error.is_connect() { Outcome::Unknown } else { Outcome::NotDone };
    RequestError::NoAnswer { request, cause, what, outcome }
}

fn explain(error: &reqwest::Error) -> (Cause, String) {
    if let Some(tls) = find::<TlsError>(error) {
        return explain_tls(tls);
    }
    if error.is_dns() {
        return (Cause::NameNotFound, "the host's name could not be resolved".to_owned());
    }
    if error.is_connect() {
        if error.is_timeout() {
            return (Cause::NoConnection, "no connection in time".to_owned());
        }
        let refused = find::<std::io::Error>(error).map(std::io::Error::kind);
        let what = match refused {
            Some(ErrorKind::ConnectionRefused) => "nothing listens there (connection refused)".to_owned(),
            Some(ErrorKind::NotFound) => "nothing listens there (no such socket)".to_owned(),
            Some(ErrorKind::UnexpectedEof) => "the connection was closed before it stood".to_owned(),
            _ => format!("no connection ({})", root_cause(error)),
        };
        return (Cause::NoConnection, what);
    }
    if error.is_timeout() {
        return (Cause::TimedOut, "no complete answer in time".to_owned());
    }
    (Cause::Cut, "the connection was cut before the answer was complete".to_owned())
}

fn explain_tls(error: &TlsError) -> (Cause, String) {
    let why = match error {
        TlsError::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature) => {
            "it is not signed by an authority that this machine trusts".to_owned()
        }
        TlsError::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            "it has expired".to_owned()
        }
        TlsError::InvalidCertificate(CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. }) => {
            "it is not valid yet".to_owned()
        }
        TlsError::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "it was made for another host".to_owned(),
        TlsError::InvalidCertificate(CertificateError::Revoked) => "it was revoked".to_owned(),
        TlsError::InvalidCertificate(_) => "it could not be verified".to_owned(),
        other => return (Cause::Tls, format!("no secure connection ({other})")),
    };
    (Cause::Certificate, format!("the server's certificate is not to be trusted: {why}"))
}

/// The innermost error's words: of the system or of the TLS library, which know no URL.
pub(super) fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// The first error of a type among an error and what caused it.
pub(super) fn find<'error, E: Error + 'static>(error: &'error (dyn Error + 'static)) -> Option<&'error E> {
    let mut current: Option<&'error (dyn Error + 'static)> = Some(error);
    while let Some(error) = current {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        // An I/O error shows the source of what it wraps, not what it wraps.
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        current = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    None
}

/// The server's description as far as it may be shown: nothing in it gives a secret back, and where the request carried
/// secret values that are not known one by one, it is without the server's words.
///
/// A word that we sent ourselves never comes back as a code.
pub(super) fn shown(error: ServerError, call: &Call<'_>, known: &KnownSecrets) -> ServerError {
    let ServerError { code, message, structured } = error;
    let is_echo = |text: &str| call.secrets().any(|secret| is_echoed(secret, text));
    let is_hidden = |text: &str| has_secret_shape(text) || known.stand_in(text) || is_echo(text);
    let code = code.filter(|code| code.chars().count() <= LONGEST_CODE && !is_hidden(code));
    if let Some(body) = call.hushed_body() {
        let code = code.filter(|code| is_plain_code(code) && !contains(body, code.as_bytes()));
        return ServerError { code, message: None, structured };
    }
    let message = message.map(|message| {
        let message = head(&message);
        let (visible, more) = match message.char_indices().nth(LONGEST_MESSAGE) {
            Some((end, _)) => (message.split_at(end).0, "…"),
            None => (message, ""),
        };
        // A secret may be cut where it is shown.
        if is_hidden(message) || has_secret_shape(visible) {
            return HIDDEN.to_owned();
        }
        format!("{visible}{more}")
    });
    ServerError { code, message, structured }
}

/// `^[a-z0-9_.-]{1,64}$`
pub(super) fn is_plain_code(code: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.-".contains(&byte);
    (1..=LONGEST_CODE).contains(&code.len()) && code.bytes().all(plain)
}

fn contains(body: &[u8], part: &[u8]) -> bool {
    body.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use url::Url;

    use crate::env::Network;
    use crate::http::{Body, Method};
    use crate::secrets::SecretValue;

    use super::*;

    fn call(hushed: Option<&'static [u8]>) -> Call<'static> {
        let body = hushed.map(|bytes| Body { bytes: bytes.into(), hushed: true, secret: true });
        Call::new(Method::Put, Url::parse("http://localhost/").unwrap(), body)
    }

    fn error(code: &str, message: &str) -> ServerError {
        ServerError { code: Some(code.to_owned()), message: Some(message.to_owned()), structured: true }
    }

    #[test]
    fn words_are_dropped_where_secrets_were_sent() {
        let table = [
            ("invalid_value", Some("invalid_value")),
            ("Invalid value", None),
            ("hunter2", None),
            ("", None),
            (&*"a".repeat(65), None),
        ];
        let call = call(Some(br#"{"botToken":"hunter2"}"#));
        for (code, expected) in table {
            let shown = shown(error(code, "SENTINEL"), &call, &KnownSecrets::default());
            assert_eq!((shown.code.as_deref(), shown.message), (expected, None), "{code}");
        }
    }

    #[test]
    fn words_are_cut_and_never_give_the_token_back() {
        let token = Arc::new(SecretValue::new("SENTINEL"));
        let token = KnownSecrets::new(Some(&token), &Network::default());
        let long = shown(error("c", &"ü".repeat(501)), &call(None), &token);
        assert_eq!(long.message.unwrap().chars().count(), 501);
        let echo = shown(error("SENTINEL", "you sent SENTINEL"), &call(None), &token);
        assert_eq!(echo.code, None);
        assert!(!echo.message.unwrap().contains("SENTINEL"));
    }
}
