//! Who may do what.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::State;
use super::wire::{Answer, Request, form};

/// How a registry wants to know who asks.
#[derive(Clone, Debug)]
pub enum Auth {
    /// It does not.
    None,
    /// User and password with each request.
    Basic {
        /// User.
        username: String,
        /// Password.
        password: String,
    },
    /// Tokens from `/token`, for the scopes that they were asked for.
    Token {
        /// User.
        username: String,
        /// Password.
        password: String,
        /// An identity token that may be exchanged for access tokens.
        identity: String,
        /// Whether anyone may pull.
        anonymous_pull: bool,
        /// Whether passwords are taken by OAuth2's form.
        oauth2: bool,
    },
}

impl Auth {
    fn basic_header(username: &str, password: &str) -> String {
        format!("Basic {}", STANDARD.encode(format!("{username}:{password}")))
    }
}

impl State {
    /// The answer to a request that may not be made, with what would be needed.
    pub(super) fn refuse(&self, request: &Request, scope: Option<(&str, &str)>) -> Option<Answer> {
        let given = request.header("authorization");
        let unauthorized = || Answer::error(401, "UNAUTHORIZED", "authentication required");
        match &self.auth {
            Auth::None => None,
            Auth::Basic { username, password } => (given != Auth::basic_header(username, password))
                .then(|| unauthorized().header("WWW-Authenticate", "Basic realm=\"test\"")),
            Auth::Token { .. } => {
                let allowed = given.strip_prefix("Bearer ").and_then(|t| STANDARD.decode(t).ok());
                let allowed = allowed.map(|t| String::from_utf8_lossy(&t).into_owned());
                let fits = |scopes: &str| match scope {
                    None => true,
                    Some((repository, action)) => scopes.split(' ').any(|scope| {
                        scope
                            .strip_prefix(&format!("repository:{repository}:"))
                            .is_some_and(|actions| actions.split(',').any(|a| a == action))
                    }),
                };
                if allowed.as_deref().and_then(|t| t.strip_prefix("token ")).is_some_and(fits) {
                    return None;
                }
                let host = request.header("host");
                let mut wants = format!("Bearer realm=\"http://{host}/token\",service=\"test\"");
                if let Some((repository, action)) = scope {
                    wants += &format!(",scope=\"repository:{repository}:{action}\"");
                }
                Some(unauthorized().header("WWW-Authenticate", wants))
            }
        }
    }

    /// The token server.
    pub(super) fn token(&self, request: &Request) -> Answer {
        let Auth::Token { username, password, identity, anonymous_pull, oauth2 } = &self.auth else {
            return Answer::new(404);
        };
        let denied = || Answer::error(401, "UNAUTHORIZED", "no such user");
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let field = |name: &str| form(&body, name).pop().unwrap_or_default();
        let (scopes, known) = match request.method.as_str() {
            "POST" => {
                let by_token = field("grant_type") == "refresh_token" && field("refresh_token") == *identity;
                let by_password = *oauth2
                    && field("grant_type") == "password"
                    && field("username") == *username
                    && field("password") == *password;
                if !(by_token || by_password) {
                    return denied();
                }
                (field("scope"), true)
            }
            _ => {
                let given = request.header("authorization");
                let known = given == Auth::basic_header(username, password);
                let anyone = given.is_empty() && *anonymous_pull;
                if !(known || anyone) {
                    return denied();
                }
                (request.query("scope").join(" "), known)
            }
        };
        let scopes = match known {
            true => scopes,
            // Those whom nobody knows may not write.
            false => scopes.replace(",push", ""),
        };
        let token = STANDARD.encode(format!("token {scopes}"));
        Answer::new(200).body("application/json", format!(r#"{{"access_token":"{token}"}}"#).into_bytes())
    }
}
