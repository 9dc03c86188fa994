//! The one token that a new database comes with.

use std::path::Path;

use rusqlite::{OptionalExtension as _, params};
use zeroize::Zeroizing;

use super::{
    access::BOOTSTRAP_USER,
    clock::now,
    error::StoreError,
    files,
    store::{Store, TokenRequest, insert_token},
    tokens::AccessToken,
};

const REQUEST: TokenRequest<'static> =
    TokenRequest { name: "bootstrap", scope: Some("mcp:read mcp:write mcp:admin"), org: None, expires_at: None };

impl Store {
    /// Gives the bootstrap token, which works in all organizations of the bootstrap user; the first call makes it and
    /// writes it with a line end into `path` (0600). An existing file is only read.
    ///
    /// If the file was removed, the old token is revoked and a new one written: only hashes are kept, so the old one
    /// can't be recovered, and who may write there owns the database as well.
    ///
    /// # Errors
    ///
    /// A file that holds a token of another database, or that is not a plain file of our own.
    pub fn bootstrap_token(&self, path: &Path) -> Result<AccessToken, StoreError> {
        let path = files::prepare_parent(path)?;
        files::check_existing(&path)?;
        let lock_path = files::sibling(&path, ".lock");
        let lock_file = files::open_lock(&lock_path)?;
        // Ends with the file handle. Without it, two processes would each revoke the other's token.
        files::lock(&lock_file, &lock_path)?;
        if let Some(text) = files::read_small(&path)? {
            let token = AccessToken::from_file(&text);
            let foreign = || StoreError::ForeignTokenFile { path: path.clone() };
            let token = token.ok_or_else(foreign)?;
            return if self.is_live(&token)? { Ok(token) } else { Err(foreign()) };
        }
        let token = self.replace_bootstrap_token()?;
        files::write_small_new(&path, Zeroizing::new(format!("{}\n", token.expose())).as_bytes())?;
        Ok(token)
    }

    /// Makes a bootstrap token that is written nowhere; for a database in memory.
    pub fn bootstrap_token_in_memory(&self) -> Result<AccessToken, StoreError> {
        self.replace_bootstrap_token()
    }

    fn replace_bootstrap_token(&self) -> Result<AccessToken, StoreError> {
        let token = AccessToken::generate()?;
        self.0.pool.write(|write| {
            write
                .connection()
                .execute("UPDATE tokens SET revoked_at = ?1 WHERE bootstrap = 1 AND revoked_at IS NULL", [now()])?;
            insert_token(write, &token, BOOTSTRAP_USER, REQUEST, true)
        })?;
        Ok(token)
    }

    fn is_live(&self, token: &AccessToken) -> Result<bool, StoreError> {
        self.0.pool.read(|connection| {
            let found = connection
                .query_row(
                    "SELECT 1 FROM tokens WHERE hash = ?1 AND revoked_at IS NULL
                     AND (expires_at IS NULL OR expires_at > ?2)",
                    params![token.hash(), now()],
                    |_| Ok(()),
                )
                .optional()?;
            Ok(found.is_some())
        })
    }
}
