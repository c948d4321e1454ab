//! Keys and tokens: where they come from, and what keeps them out of logs and errors.

use secrecy::{ExposeSecret, SecretString};

/// A key or token. Its `Debug` form shows nothing of it, and it has no `Display`.
#[derive(Debug, Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Keeps a key; white space around it is dropped, for keys read from files.
    pub fn new(text: &str) -> Self {
        Self(SecretString::from(text.trim()))
    }

    /// Returns the key itself, for a request header and nothing else.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}
