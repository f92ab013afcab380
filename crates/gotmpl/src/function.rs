use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use govalue::{CallError, Signature, Type, Value};

use crate::State;

/// What a [`Function`] does with the running [`State`] and its checked and converted arguments (`template.FuncMap`).
pub type Body = dyn Fn(&mut State<'_>, &[Value]) -> Result<Value, CallError> + Send + Sync;

/// A function that templates can call by name (an entry of Go's `template.FuncMap`).
///
/// Arguments reach the body as Go's reflection would pass them: their number and types agree with the signature,
/// constants took the type of their parameter. The signature is also where the texts of errors come from
/// (`wrong type for value; expected string; got int`).
#[derive(Clone)]
pub struct Function {
    /// Parameters and result (`reflect.Type` of the Go function).
    pub signature: Signature,
    /// The body.
    pub body: Arc<Body>,
}

impl Function {
    /// A function of a fixed number of parameters; it may fail (a second result of type `error` in Go).
    pub fn new<F>(params: impl Into<Vec<Type>>, result: Type, body: F) -> Function
    where
        F: Fn(&mut State<'_>, &[Value]) -> Result<Value, CallError> + Send + Sync + 'static,
    {
        let signature = Signature { params: params.into(), variadic: false, result, fallible: true };
        Function { signature, body: Arc::new(body) }
    }

    /// A function whose last parameter takes any number of arguments of that type (Go's `...T`).
    pub fn variadic<F>(params: impl Into<Vec<Type>>, result: Type, body: F) -> Function
    where
        F: Fn(&mut State<'_>, &[Value]) -> Result<Value, CallError> + Send + Sync + 'static,
    {
        let signature = Signature { params: params.into(), variadic: true, result, fallible: true };
        Function { signature, body: Arc::new(body) }
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "func{}", self.signature)
    }
}

/// Functions by name: what a template may call besides the built-in functions (Go's `template.FuncMap`).
///
/// An entry with the name of a built-in function replaces it; entries named `break` and `continue` turn the
/// keywords off, as in Go.
#[derive(Clone, Default, Debug)]
pub struct FuncMap {
    functions: HashMap<Box<str>, Arc<Function>>,
}

impl FuncMap {
    /// An empty map.
    pub fn new() -> FuncMap {
        FuncMap::default()
    }

    /// Adds or replaces a function (`Template.Funcs`). The name must be an identifier: letters, digits and `_`, no
    /// leading digit.
    pub fn insert(&mut self, name: impl Into<Box<str>>, function: Function) -> &mut FuncMap {
        let name = name.into();
        debug_assert!(is_identifier(&name), "function name {name:?} is not a valid identifier");
        self.functions.insert(name, Arc::new(function));
        self
    }

    /// Removes a function.
    pub fn remove(&mut self, name: &str) -> Option<Arc<Function>> {
        self.functions.remove(name)
    }

    /// The function of that name, which goes before a built-in one (`text/template`, "Functions").
    pub fn get(&self, name: &str) -> Option<&Arc<Function>> {
        self.functions.get(name)
    }

    /// Whether there is a function of that name.
    pub fn contains(&self, name: &str) -> bool {
        self.functions.contains_key(name)
    }

    /// All names, in no particular order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.functions.keys().map(|n| &**n)
    }

    /// Number of functions.
    pub fn len(&self) -> usize {
        self.functions.len()
    }

    /// Whether there are no functions.
    pub fn is_empty(&self) -> bool {
        self.functions.is_empty()
    }

    /// Adds all functions of another map; those replace functions of the same name (`Template.Funcs` called again).
    pub fn extend(&mut self, other: FuncMap) {
        self.functions.extend(other.functions);
    }
}

fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c == '_' || c.is_alphabetic())
        && chars.all(|c| c == '_' || c.is_alphanumeric())
}

/// What the host hands through an execution to its functions. It must be able to move to another thread,
/// because deep recursion continues on a thread with a fresh stack.
pub type Host = dyn Any + Send;
