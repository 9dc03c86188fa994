//! How a server is reached, layer by layer: through a proxy, told by the rules that the client has, else by a name that
//! has addresses, and a connection to one of them.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use url::{Host, Url};

use crate::env::Network;

use super::origin::{LOCALHOST, is_loopback};

/// How long a name or a connection may take.
const LAYER_DEADLINE: Duration = Duration::from_secs(5);

/// Host and port of the proxy through which requests to an origin go; none where they go straight.
///
/// What else its URL holds, such as a password, is left out.
pub fn proxy_of(origin: &Url, network: &Network) -> Option<String> {
    let proxy = match origin.scheme() {
        "https" => network.https.as_deref(),
        _ => network.http.as_deref(),
    }?;
    if is_loopback(origin) || network.except.as_deref().is_some_and(|except| is_excepted(origin, except)) {
        return None;
    }
    let url = Url::parse(proxy).ok().filter(Url::has_host).or_else(|| Url::parse(&format!("http://{proxy}")).ok())?;
    let host = url.host_str()?;
    Some(url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// `*`, a host, a domain with all below it, an address, or a network such as `10.0.0.0/8`.
fn is_excepted(origin: &Url, except: &str) -> bool {
    let entries = || except.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    let address = match origin.host() {
        Some(Host::Domain(name)) => return entries().any(|entry| is_below(name, entry)),
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        None => return false,
    };
    entries().any(|entry| entry == "*" || is_within(address, entry))
}

fn is_below(name: &str, entry: &str) -> bool {
    let domain = entry.trim_start_matches('.').to_ascii_lowercase();
    let parent = name.strip_suffix(&domain);
    entry == "*" || parent.is_some_and(|parent| parent.is_empty() || parent.ends_with('.'))
}

fn is_within(address: IpAddr, entry: &str) -> bool {
    let Some((network, length)) = entry.split_once('/') else { return entry.parse() == Ok(address) };
    let (Ok(network), Ok(length)) = (network.parse::<IpAddr>(), length.parse::<u32>()) else { return false };
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            let rest = 32_u32.saturating_sub(length);
            let prefix = |bits: u32| bits.checked_shr(rest);
            length <= 32 && prefix(address.to_bits()) == prefix(network.to_bits())
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            let rest = 128_u32.saturating_sub(length);
            let prefix = |bits: u128| bits.checked_shr(rest);
            length <= 128 && prefix(address.to_bits()) == prefix(network.to_bits())
        }
        _ => false,
    }
}

/// Where an origin is. `localhost` is this machine, whatever the resolver says.
pub async fn addresses(origin: &Url) -> Result<Vec<SocketAddr>, String> {
    let port = origin.port_or_known_default().unwrap_or_default();
    let name = match origin.host() {
        Some(Host::Ipv4(address)) => return Ok(vec![SocketAddr::new(IpAddr::V4(address), port)]),
        Some(Host::Ipv6(address)) => return Ok(vec![SocketAddr::new(IpAddr::V6(address), port)]),
        Some(Host::Domain(_)) if is_loopback(origin) => {
            return Ok(LOCALHOST.map(|address| SocketAddr::new(address.ip(), port)).to_vec());
        }
        Some(Host::Domain(name)) => name.to_owned(),
        None => return Err("the address names no host".to_owned()),
    };
    match timeout(LAYER_DEADLINE, lookup_host((name, port))).await {
        Ok(Ok(addresses)) => Ok(addresses.collect()),
        // The system's words differ from one to the next, and say no more.
        Ok(Err(_)) => Err("the host's name could not be resolved".to_owned()),
        Err(_) => Err("the resolver gave no answer in time".to_owned()),
    }
}

/// Connects to the first address that takes it; the connection is closed at once.
pub async fn connect(addresses: &[SocketAddr]) -> Result<(), String> {
    let mut why = "the host has no address".to_owned();
    for address in addresses {
        why = match timeout(LAYER_DEADLINE, TcpStream::connect(address)).await {
            Ok(Ok(_connection)) => return Ok(()),
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                "nothing listens there (connection refused)".to_owned()
            }
            Ok(Err(error)) => format!("no connection ({})", error.kind()),
            Err(_) => "no connection in time".to_owned(),
        };
    }
    Err(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(origin: &str, except: &str) -> Option<String> {
        let proxies = Network {
            http: Some("proxy.example:3128".to_owned()),
            https: Some("http://user:SENTINEL@secure.example:8080/".to_owned()),
            except: Some(except.to_owned()),
            ..Network::default()
        };
        proxy_of(&Url::parse(origin).unwrap(), &proxies)
    }

    #[test]
    fn a_proxy_is_named_without_its_password() {
        assert_eq!(proxy("https://a.example", "").as_deref(), Some("secure.example:8080"));
        assert_eq!(proxy("http://a.example", "").as_deref(), Some("proxy.example:3128"));
        assert_eq!(proxy("http://127.0.0.1:1", ""), None);
        assert_eq!(proxy("http://localhost", ""), None);
        assert_eq!(proxy_of(&Url::parse("https://a.example").unwrap(), &Network::default()), None);
    }

    #[test]
    fn exceptions_are_the_clients_own() {
        let table = [
            ("https://a.example", "a.example", true),
            ("https://b.a.example", "x, .a.example", true),
            ("https://ba.example", "a.example", false),
            ("https://a.example", "*", true),
            ("https://10.1.2.3", "10.0.0.0/8", true),
            ("https://11.1.2.3", "10.0.0.0/8", false),
            ("https://11.1.2.3", "0.0.0.0/0", true),
            ("https://10.1.2.3", "10.1.2.3", true),
            ("https://[fd00::1]", "fd00::/8", true),
            ("https://[fe00::1]", "fd00::/8", false),
            ("https://10.1.2.3", "10.0.0.0/99", false),
        ];
        for (origin, except, expected) in table {
            assert_eq!(proxy(origin, except).is_none(), expected, "{origin} {except}");
        }
    }
}
