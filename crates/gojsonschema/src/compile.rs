//! From documents to compiled schemas.

use std::collections::{BTreeMap, HashMap};

use goregexp::Regex;

use crate::draft::Dialect;
use crate::error::{CompileError, ValidationError};
use crate::format;
use crate::location::{self, Address};
use crate::number::Decimal;
use crate::roots::{Load, Roots};
use crate::schema::{Additional, Dependency, Id, Schema, Types};
use crate::validate;
use crate::value::Json;

/// Compiles schemas. Without a schema's own word (`$schema`) draft 2020-12 counts.
pub struct Compiler<'l> {
    roots: Roots<'l>,
    schemas: Schemas,
    asserts_formats: bool,
}

/// Compiled schemas, one of which is meant.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub(crate) schemas: Vec<Schema>,
    pub(crate) root: Id,
}

/// All schemas by their places; those at the end are still to be compiled.
#[derive(Default)]
struct Schemas {
    all: Vec<Schema>,
    known: HashMap<(String, String), Id>,
    done: usize,
}

impl Schemas {
    fn at(&mut self, url: &str, pointer: &str) -> Id {
        let key = (url.to_owned(), pointer.to_owned());
        if let Some(id) = self.known.get(&key) {
            return *id;
        }
        let id = self.all.len();
        let (url, pointer) = key.clone();
        let location = location::shown(&url, &pointer);
        self.all.push(Schema { url, pointer, location, ..Schema::default() });
        self.known.insert(key, id);
        id
    }
}

impl<'l> Compiler<'l> {
    /// A compiler that has documents from the loader where it was not given them.
    pub fn new(loader: &'l mut dyn Load) -> Compiler<'l> {
        Compiler { roots: Roots::new(loader, false), schemas: Schemas::default(), asserts_formats: false }
    }

    /// A compiler of meta-schemas: they are not checked against themselves, and `format` counts in them.
    pub(crate) fn trusted(loader: &'l mut dyn Load) -> Compiler<'l> {
        let roots = Roots::new(loader, true);
        Compiler { roots, schemas: Schemas::default(), asserts_formats: true }
    }

    /// Gives a document, which is then not loaded.
    pub fn add_resource(&mut self, url: &str, document: Json) -> Result<(), CompileError> {
        let (url, _) = location::split_fragment(url)?;
        if self.roots.add(url, document) { Ok(()) } else { Err(CompileError::ResourceExists(url.to_owned())) }
    }

    /// Compiles the schema at an absolute URL.
    pub fn compile(mut self, url: &str) -> Result<Compiled, CompileError> {
        let root = self.add(url)?;
        Ok(Compiled { schemas: self.schemas.all, root })
    }

    /// Compiles a further schema.
    pub(crate) fn add(&mut self, url: &str) -> Result<Id, CompileError> {
        let (url, fragment) = location::split_fragment(url)?;
        let (url, pointer) = self.roots.resolve(&Address { url: url.to_owned(), fragment })?;
        let root = self.schemas.at(&url, &pointer);
        while self.schemas.done < self.schemas.all.len() {
            self.compile_next()?;
            self.schemas.done += 1;
        }
        Ok(root)
    }

    pub(crate) fn into_schemas(self) -> Vec<Schema> {
        self.schemas.all
    }

    fn compile_next(&mut self) -> Result<(), CompileError> {
        let id = self.schemas.done;
        let mut schema = std::mem::take(&mut self.schemas.all[id]);
        self.roots.ensure(&schema.url, &schema.pointer)?;
        let root = self.roots.root(&schema.url)?;
        let value = root.lookup(&schema.pointer)?.clone();
        if let Some(resource) = root.resource(&schema.pointer) {
            schema.draft = resource.dialect.draft.version;
            let dialect = resource.dialect.clone();
            let base = resource.id.clone();
            schema.resource = self.schemas.at(&schema.url, &resource.pointer);
            if schema.draft >= 2020 && schema.resource == id {
                for (anchor, pointer) in &resource.anchors {
                    if resource.dynamic_anchors.contains(anchor) {
                        let anchored = self.schemas.at(&schema.url, pointer);
                        schema.dynamic_anchors.insert(anchor.clone(), anchored);
                    }
                }
            }
            match &value {
                Json::Bool(b) => schema.boolean = Some(*b),
                Json::Object(object) if object.is_empty() => schema.boolean = Some(true),
                Json::Object(object) => {
                    let mut keywords = Keywords { compiler: self, object, dialect: &dialect, base: &base };
                    keywords.compile(&mut schema)?;
                }
                _ => {}
            }
        }
        schema.all_properties_evaluated = schema.additional_properties.is_some();
        schema.all_items_evaluated = schema.rest_items.is_some();
        schema.items_evaluated = schema.prefix_items.len();
        self.schemas.all[id] = schema;
        Ok(())
    }
}

impl Compiled {
    /// Judges a value.
    pub fn validate(&self, value: &Json) -> Result<(), ValidationError> {
        validate::validate(&self.schemas, self.root, value).map_err(|failure| ValidationError::new(&failure))
    }
}

/// The keywords of one schema.
struct Keywords<'c, 'l> {
    compiler: &'c mut Compiler<'l>,
    object: &'c BTreeMap<String, Json>,
    dialect: &'c Dialect,
    /// What references are relative to.
    base: &'c str,
}

impl Keywords<'_, '_> {
    fn compile(&mut self, schema: &mut Schema) -> Result<(), CompileError> {
        schema.reference = self.reference(schema, "$ref")?;
        if schema.draft < 2019 && schema.reference.is_some() {
            // Beside a reference nothing else counts.
            return self.compile_later(schema);
        }
        if self.dialect.has("applicator") {
            self.compile_choices(schema);
            self.compile_containers(schema)?;
        }
        if self.dialect.has("validation") {
            self.compile_limits(schema)?;
        }
        if (self.compiler.asserts_formats || self.dialect.asserts_formats())
            && let Some(name) = self.text("format")
        {
            schema.format = format::by_name(name);
        }
        self.compile_later(schema)
    }

    fn compile_choices(&mut self, schema: &mut Schema) {
        schema.all_of = self.list(schema, "allOf");
        schema.any_of = self.list(schema, "anyOf");
        schema.one_of = self.list(schema, "oneOf");
        schema.not = self.one(schema, "not");
    }

    fn compile_containers(&mut self, schema: &mut Schema) -> Result<(), CompileError> {
        if schema.draft < 2020 {
            if matches!(self.object.get("items"), Some(Json::Array(_))) {
                schema.prefix_items = self.list(schema, "items");
                schema.rest_items = self.additional(schema, "additionalItems");
            } else {
                schema.rest_items = self.one(schema, "items").map(Additional::Schema);
            }
        }
        schema.properties = self.map(schema, "properties");
        for (pattern, id) in self.map(schema, "patternProperties") {
            let regex = self.regex(schema, "patternProperties", &pattern)?;
            schema.pattern_properties.push((regex, id));
        }
        schema.additional_properties = self.additional(schema, "additionalProperties");
        for (name, value) in self.object.get("dependencies").and_then(Json::as_object).into_iter().flatten() {
            let dependency = match value {
                Json::Array(names) => Dependency::Names(texts(names)),
                _ => {
                    let pointer = format!("{}/dependencies/{}", schema.pointer, location::escape(name));
                    Dependency::Schema(self.compiler.schemas.at(&schema.url, &pointer))
                }
            };
            schema.dependencies.insert(name.clone(), dependency);
        }
        Ok(())
    }

    fn compile_limits(&mut self, schema: &mut Schema) -> Result<(), CompileError> {
        let mut types = Types::default();
        match self.object.get("type") {
            Some(Json::String(name)) => types.add(name),
            Some(Json::Array(names)) => {
                names.iter().filter_map(Json::as_str).for_each(|name| types.add(name))
            }
            _ => {}
        }
        schema.types = types;
        schema.choice = self.object.get("enum").and_then(Json::as_array).map(<[Json]>::to_vec);
        schema.multiple_of = self.number("multipleOf");
        (schema.maximum, schema.exclusive_maximum) = self.limit("maximum", "exclusiveMaximum");
        (schema.minimum, schema.exclusive_minimum) = self.limit("minimum", "exclusiveMinimum");
        schema.min_length = self.count("minLength");
        schema.max_length = self.count("maxLength");
        if let Some(pattern) = self.text("pattern") {
            schema.pattern = Some((self.regex(schema, "pattern", pattern)?, pattern.to_owned()));
        }
        schema.min_items = self.count("minItems");
        schema.max_items = self.count("maxItems");
        schema.unique_items = self.is_true("uniqueItems");
        schema.max_properties = self.count("maxProperties");
        schema.min_properties = self.count("minProperties");
        schema.required = self.object.get("required").and_then(Json::as_array).map(texts).unwrap_or_default();
        Ok(())
    }

    /// What drafts after the fourth brought.
    fn compile_later(&mut self, schema: &mut Schema) -> Result<(), CompileError> {
        let (applies, validates) = (self.dialect.has("applicator"), self.dialect.has("validation"));
        if schema.draft >= 6 {
            if applies {
                schema.contains = self.one(schema, "contains");
                schema.property_names = self.one(schema, "propertyNames");
            }
            if validates {
                schema.constant = self.object.get("const").cloned();
            }
        }
        if schema.draft >= 7 && applies {
            schema.condition = self.one(schema, "if");
            let constant = self.object.get("if").and_then(Json::as_bool);
            if schema.condition.is_some() && constant != Some(false) {
                schema.then = self.one(schema, "then");
            }
            if schema.condition.is_some() && constant != Some(true) {
                schema.otherwise = self.one(schema, "else");
            }
        }
        if schema.draft >= 2019 {
            self.compile_2019(schema, applies, validates)?;
        }
        if schema.draft >= 2020 {
            self.compile_2020(schema, applies)?;
        }
        Ok(())
    }

    fn compile_2019(
        &mut self,
        schema: &mut Schema,
        applies: bool,
        validates: bool,
    ) -> Result<(), CompileError> {
        schema.recursive_reference = self.reference(schema, "$recursiveRef")?;
        schema.recursive_anchor = self.is_true("$recursiveAnchor");
        if validates {
            if schema.contains.is_some() {
                schema.min_contains = self.count("minContains");
                schema.max_contains = self.count("maxContains");
            }
            for (name, names) in
                self.object.get("dependentRequired").and_then(Json::as_object).into_iter().flatten()
            {
                if let Json::Array(names) = names {
                    schema.dependent_required.insert(name.clone(), texts(names));
                }
            }
        }
        if applies {
            schema.dependent_schemas = self.map(schema, "dependentSchemas");
        }
        if if schema.draft == 2019 { applies } else { self.dialect.has("unevaluated") } {
            schema.unevaluated_items = self.one(schema, "unevaluatedItems");
            schema.unevaluated_properties = self.one(schema, "unevaluatedProperties");
        }
        Ok(())
    }

    fn compile_2020(&mut self, schema: &mut Schema, applies: bool) -> Result<(), CompileError> {
        if let (Some(id), Some(text)) = (self.reference(schema, "$dynamicRef")?, self.text("$dynamicRef")) {
            let (_, fragment) = location::split_fragment(text)?;
            let anchor = if location::is_pointer(&fragment) { String::new() } else { fragment };
            schema.dynamic_reference = Some((id, anchor));
        }
        schema.dynamic_anchor = self.text("$dynamicAnchor").unwrap_or_default().to_owned();
        if applies {
            schema.prefix_items = self.list(schema, "prefixItems");
            schema.rest_items = self.one(schema, "items").map(Additional::Schema);
        }
        Ok(())
    }

    fn reference(&mut self, schema: &Schema, keyword: &str) -> Result<Option<Id>, CompileError> {
        let Some(reference) = self.text(keyword) else { return Ok(None) };
        let address = Address::join(self.base, reference)?;
        let roots = &mut self.compiler.roots;
        let (url, pointer) = match roots.root(&schema.url)?.resolve(&address)? {
            Some(pointer) => (schema.url.clone(), pointer),
            None => roots.resolve(&address)?,
        };
        Ok(Some(self.compiler.schemas.at(&url, &pointer)))
    }

    fn one(&mut self, schema: &Schema, keyword: &str) -> Option<Id> {
        self.object.get(keyword)?;
        Some(self.compiler.schemas.at(&schema.url, &format!("{}/{keyword}", schema.pointer)))
    }

    fn list(&mut self, schema: &Schema, keyword: &str) -> Vec<Id> {
        let count = self.object.get(keyword).and_then(Json::as_array).map_or(0, <[Json]>::len);
        let mut at = |i| self.compiler.schemas.at(&schema.url, &format!("{}/{keyword}/{i}", schema.pointer));
        (0..count).map(&mut at).collect()
    }

    fn map(&mut self, schema: &Schema, keyword: &str) -> BTreeMap<String, Id> {
        let object = self.object.get(keyword).and_then(Json::as_object);
        let names = object.into_iter().flat_map(BTreeMap::keys);
        let mut at = |name: &String| {
            let pointer = format!("{}/{keyword}/{}", schema.pointer, location::escape(name));
            (name.clone(), self.compiler.schemas.at(&schema.url, &pointer))
        };
        names.map(&mut at).collect()
    }

    fn additional(&mut self, schema: &Schema, keyword: &str) -> Option<Additional> {
        match self.object.get(keyword)? {
            Json::Bool(allowed) => Some(Additional::Allowed(*allowed)),
            _ => self.one(schema, keyword).map(Additional::Schema),
        }
    }

    fn regex(&self, schema: &Schema, keyword: &str, pattern: &str) -> Result<Regex, CompileError> {
        Regex::new(pattern).map_err(|reason| CompileError::InvalidRegex {
            url: format!("{}/{keyword}", schema.location),
            regex: pattern.to_owned(),
            reason: reason.to_string(),
        })
    }

    /// A limit and the one that excludes itself, which draft 4 writes as a mark beside the first.
    fn limit(&self, limit: &str, exclusive: &str) -> (Option<Decimal>, Option<Decimal>) {
        if self.is_true(exclusive) {
            (None, self.number(limit))
        } else {
            (self.number(limit), self.number(exclusive))
        }
    }

    fn text(&self, keyword: &str) -> Option<&'_ str> {
        self.object.get(keyword).and_then(Json::as_str)
    }

    fn is_true(&self, keyword: &str) -> bool {
        self.object.get(keyword).and_then(Json::as_bool) == Some(true)
    }

    fn number(&self, keyword: &str) -> Option<Decimal> {
        self.object.get(keyword).and_then(Json::as_decimal)
    }

    fn count(&self, keyword: &str) -> Option<i64> {
        self.number(keyword).and_then(|n| n.as_count())
    }
}

/// The texts of a list; anything else in it is passed over.
fn texts(items: &[Json]) -> Vec<String> {
    items.iter().filter_map(Json::as_str).map(str::to_owned).collect()
}
