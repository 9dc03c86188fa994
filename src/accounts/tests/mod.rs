mod changing;
mod in_memory;
mod keyring;
mod logins;
mod modes;
mod order;
mod reading;
mod together;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;
use url::Url;

use crate::secrets::SecretValue;

use super::{Accounts, ChangeError, Draft, Identity, Login, Refresh, Snapshot};

/// A directory of accounts.
struct Home(TempDir);

impl Home {
    fn with(files: &[(&str, &str)]) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            home.write(name, text);
        }
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt as _;

        fs::write(self.path(name), text).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_str(&self.text(name)).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn accounts(&self) -> Accounts {
        Accounts::at(self.0.path())
    }

    fn read(&self) -> Snapshot {
        self.accounts().read().unwrap()
    }

    fn change<T>(&self, change: impl FnOnce(&mut Draft) -> Result<T, ChangeError>) -> T {
        self.accounts().change(change).unwrap()
    }
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn token(text: &str) -> Arc<SecretValue> {
    Arc::new(SecretValue::new(text))
}

fn is(value: &SecretValue, text: &str) -> bool {
    value.is_same_as(&SecretValue::new(text))
}

fn plain(text: &str) -> Login {
    Login { access_token: token(text), refresh: None, expires_at: None, identity: Identity::default() }
}

fn device(text: &str, endpoint: &str, expires_at: Option<u64>) -> Login {
    let token_endpoint = url(endpoint);
    let refresh = Refresh::Device {
        token: token("R"),
        client_id: "client".to_owned(),
        token_endpoint,
        scope: Some("mcp:read".to_owned()),
    };
    Login { refresh: Some(refresh), expires_at, ..plain(text) }
}
