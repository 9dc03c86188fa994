//! How far a domain of an allow list reaches.

use core::net::IpAddr;
use std::fmt;

use super::normalize_domain;

/// What a domain lets in beyond the hosts of one owner.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostReach {
    /// Every host.
    AnyHost,
    /// A regular expression, which may match anything.
    Pattern,
    /// A suffix under which anyone can register: `com`, `co.uk`.
    PublicSuffix,
    /// A host on which many owners have names of their own: `github.io`.
    SharedHost,
    /// An address, behind which nobody knows who stands.
    Address,
    /// An address from which a machine in a cloud reads its credentials.
    Metadata,
}

/// Names and addresses of the metadata services of clouds, beyond the link-local addresses.
const METADATA: [&str; 8] = [
    "metadata",
    "metadata.google.internal",
    "metadata.goog",
    "instance-data",
    "instance-data.ec2.internal",
    "100.100.100.200",
    "192.0.0.192",
    "fd00:ec2::254",
];

impl HostReach {
    /// What a domain of an allow list reaches beyond one owner, none where that is one owner's.
    pub fn of(domain: &str) -> Option<Self> {
        let domain = normalize_domain(domain)?;
        if domain.starts_with('/') {
            return Some(Self::Pattern);
        }
        let host = domain.trim_start_matches('.').trim_end_matches('.');
        if host.is_empty() || host == "*" {
            return Some(Self::AnyHost);
        }
        if METADATA.contains(&host) {
            return Some(Self::Metadata);
        }
        if let Some(address) = address(host) {
            return Some(if is_link_local(address) { Self::Metadata } else { Self::Address });
        }
        let suffix = psl::suffix(host.as_bytes()).filter(|suffix| suffix.as_bytes() == host.as_bytes())?;
        match suffix.typ()? {
            psl::Type::Icann => Some(Self::PublicSuffix),
            psl::Type::Private => Some(Self::SharedHost),
        }
    }

    /// Its stable word, for machines.
    pub fn word(&self) -> &'static str {
        match self {
            Self::AnyHost => "any-host",
            Self::Pattern => "pattern",
            Self::PublicSuffix => "public-suffix",
            Self::SharedHost => "shared-host",
            Self::Address => "address",
            Self::Metadata => "metadata-address",
        }
    }
}

impl fmt::Display for HostReach {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AnyHost => "any host on the internet",
            Self::Pattern => "a pattern: check what it matches",
            Self::PublicSuffix => "a suffix open to everyone",
            Self::SharedHost => "a host shared by many owners",
            Self::Address => "an IP address",
            Self::Metadata => "a cloud metadata address",
        })
    }
}

/// The address that a host is, in any spelling that a URL takes: `127.1`, `0x7f000001`, `[::1]`.
fn address(host: &str) -> Option<IpAddr> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = bare.parse() {
        return Some(address);
    }
    match url::Host::parse(host).ok()? {
        url::Host::Ipv4(address) => Some(address.into()),
        url::Host::Ipv6(address) => Some(address.into()),
        url::Host::Domain(_) => None,
    }
}

fn is_link_local(address: IpAddr) -> bool {
    let address = address.to_canonical();
    METADATA.iter().any(|name| name.parse() == Ok(address))
        || match address {
            IpAddr::V4(address) => address.is_link_local(),
            IpAddr::V6(address) => address.segments()[0] & 0xffc0 == 0xfe80,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reaches_beyond_one_owner_is_told() {
        for (domain, reach) in [
            ("*", HostReach::AnyHost),
            ("*.", HostReach::AnyHost),
            (" * ", HostReach::AnyHost),
            ("/.*/", HostReach::Pattern),
            ("com", HostReach::PublicSuffix),
            ("*.com", HostReach::PublicSuffix),
            (".CO.UK", HostReach::PublicSuffix),
            ("*.github.io", HostReach::SharedHost),
            ("github.io", HostReach::SharedHost),
            ("*.s3.amazonaws.com", HostReach::SharedHost),
            ("*.vercel.app", HostReach::SharedHost),
            ("10.0.0.1", HostReach::Address),
            ("127.1", HostReach::Address),
            ("2130706433", HostReach::Address),
            ("0x7f000001", HostReach::Address),
            ("::1", HostReach::Address),
            ("[2001:db8::1]", HostReach::Address),
            ("169.254.169.254", HostReach::Metadata),
            ("0xa9fea9fe", HostReach::Metadata),
            ("::ffff:169.254.169.254", HostReach::Metadata),
            ("fe80::1", HostReach::Metadata),
            ("fd00:ec2::254", HostReach::Metadata),
            ("metadata.google.internal", HostReach::Metadata),
            ("100.100.100.200", HostReach::Metadata),
        ] {
            assert_eq!(HostReach::of(domain), Some(reach), "{domain}");
        }
    }

    #[test]
    fn what_is_one_owners_is_not() {
        for domain in ["api.example.com", "*.example.com", "octocat.github.io", "example.co.uk", "intranet", "", " "] {
            assert_eq!(HostReach::of(domain), None, "{domain}");
        }
    }
}
