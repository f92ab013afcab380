use std::ops::Deref;
use std::sync::Arc;

use govalue::{CallError, Method, NamedType, Object, Signature, StructField, Type, Value};

type Getter<T> = Box<dyn Fn(&T) -> Value + Send + Sync>;
type MethodBody<T> = Arc<dyn Fn(&Instance<T>, &[Value]) -> Result<Value, CallError> + Send + Sync>;

type Text<T> = Box<dyn Fn(&T) -> String + Send + Sync>;

/// What templates see of a Rust struct: a Go struct type with exported fields and methods.
///
/// ```
/// use gotmpl::{StructType, TemplateSet};
/// use govalue::{Type, Value};
///
/// struct Server { host: String, port: i64 }
///
/// let server = StructType::new("main.Server")
///     .field("Host", Type::STRING, |s: &Server| Value::from(&*s.host))
///     .field("Port", Type::INT, |s| Value::int(s.port))
///     .method("Address", [], Type::STRING, |s, _| Ok(Value::from(format!("{}:{}", s.host, s.port))));
/// let data = server.pointer(Server { host: "localhost".to_owned(), port: 80 });
///
/// let mut set = TemplateSet::default();
/// set.parse("t", "{{.Host}} is at {{.Address}}")?;
/// let mut out = Vec::new();
/// set.execute("t", &data, &mut out)?;
/// assert_eq!(out, b"localhost is at localhost:80");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct StructType<T> {
    name: &'static str,
    fields: Vec<(&'static str, Type, Getter<T>)>,
    methods: Vec<(&'static str, Signature, MethodBody<T>)>,
    text: Option<Text<T>>,
}

impl<T: Send + Sync + 'static> StructType<T> {
    /// A type of that qualified name (`package.Name`), without fields and methods.
    pub fn new(name: &'static str) -> StructType<T> {
        StructType { name, fields: Vec::new(), methods: Vec::new(), text: None }
    }

    /// Adds a field with its declared type. Templates reach it if its name begins with an upper-case letter
    /// (Go's exported fields).
    #[must_use]
    pub fn field(
        mut self,
        name: &'static str,
        ty: Type,
        get: impl Fn(&T) -> Value + Send + Sync + 'static,
    ) -> StructType<T> {
        self.fields.push((name, ty, Box::new(get)));
        self
    }

    /// Adds a method of the pointer and the value (Go's method sets: one with a value receiver). Arguments reach it
    /// checked against the parameter types.
    #[must_use]
    pub fn method<F>(
        mut self,
        name: &'static str,
        params: impl Into<Vec<Type>>,
        result: Type,
        body: F,
    ) -> StructType<T>
    where
        F: Fn(&Instance<T>, &[Value]) -> Result<Value, CallError> + Send + Sync + 'static,
    {
        let signature = Signature { params: params.into(), variadic: false, result, fallible: true };
        self.methods.push((name, signature, Arc::new(body)));
        self
    }

    /// Adds the method `String() string`, which printing uses too (`fmt.Stringer`).
    #[must_use]
    pub fn text(mut self, text: impl Fn(&T) -> String + Clone + Send + Sync + 'static) -> StructType<T> {
        self.text = Some(Box::new(text.clone()));
        self.method("String", [], Type::STRING, move |this, _| Ok(Value::from(text(this))))
    }

    /// A struct of this type (Go's `T`): its fields have no address.
    pub fn value(self, content: T) -> Value {
        Instance { ty: Arc::new(self), content: Arc::new(content), pointer: false }.into_value()
    }

    /// A pointer to a struct of this type (Go's `*T`).
    pub fn pointer(self, content: T) -> Value {
        Instance { ty: Arc::new(self), content: Arc::new(content), pointer: true }.into_value()
    }

    fn go_type(&self) -> Type {
        let fields: Vec<String> = self.fields.iter().map(|(name, ty, _)| format!("{name} {ty}")).collect();
        let underlying = Type::Struct(format!("struct {{ {} }}", fields.join("; ")).into());
        Type::Named(Arc::new(NamedType { name: self.name, underlying, methods: None }))
    }
}

/// A struct of a [`StructType`], or a pointer to one (Go spec, struct types).
pub struct Instance<T> {
    ty: Arc<StructType<T>>,
    content: Arc<T>,
    pointer: bool,
}

impl<T: Send + Sync + 'static> Instance<T> {
    /// Another struct of the same type: a pointer if this is one.
    pub fn like(&self, content: T) -> Value {
        Instance { ty: self.ty.clone(), content: Arc::new(content), pointer: self.pointer }.into_value()
    }

    fn into_value(self) -> Value {
        Value::Object(Arc::new(self))
    }
}

impl<T> Clone for Instance<T> {
    fn clone(&self) -> Self {
        Instance { ty: self.ty.clone(), content: self.content.clone(), pointer: self.pointer }
    }
}

impl<T> Deref for Instance<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.content
    }
}

impl<T: Send + Sync + 'static> Object for Instance<T> {
    fn type_of(&self) -> Type {
        if self.pointer { Type::pointer(self.ty.go_type()) } else { self.ty.go_type() }
    }

    fn kind(&self) -> govalue::Kind {
        if self.pointer { govalue::Kind::Pointer } else { govalue::Kind::Struct }
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.ty.fields.iter().find(|f| f.0 == name).map(|(_, _, get)| get(&self.content))
    }

    fn fields(&self) -> Vec<StructField> {
        let field = |(name, ty, get): &(&'static str, Type, Getter<T>)| StructField {
            name,
            value: get(&self.content),
            ty: ty.clone(),
        };
        self.ty.fields.iter().map(field).collect()
    }

    fn method(&self, name: &str) -> Option<Method> {
        let (_, signature, body) = self.ty.methods.iter().find(|m| m.0 == name)?;
        let (this, body) = (self.clone(), body.clone());
        Some(Method { signature: signature.clone(), body: Box::new(move |args| body(&this, args)) })
    }

    fn text(&self) -> Option<String> {
        self.ty.text.as_ref().map(|text| text(&self.content))
    }

    fn deref(&self) -> Option<Value> {
        self.pointer.then(|| Instance { pointer: false, ..self.clone() }.into_value())
    }

    fn deep_eq(&self, other: &dyn Object) -> bool {
        let Some(other) = other.downcast_ref::<Instance<T>>() else { return false };
        let same = Arc::ptr_eq(&self.ty, &other.ty) || self.ty.name == other.ty.name;
        same && self.pointer == other.pointer
            && (Arc::ptr_eq(&self.content, &other.content)
                || self.ty.fields.iter().all(|(_, _, get)| get(&self.content) == get(&other.content)))
    }
}
