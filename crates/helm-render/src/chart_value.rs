//! `.Chart`: metadata as templates see it. Helm 4 gives a map of Go field names, Helm 3 the struct itself.

use std::sync::Arc;

use govalue::{Kind, List, Map, Object, StructField, Type, Value};
use helm_chart::{Compat, Dependency, Maintainer, Metadata};

use crate::capabilities::struct_type;

/// The value of `.Chart`.
pub(crate) fn chart_value(metadata: &Metadata, is_root: bool, compat: Compat) -> Value {
    match compat {
        Compat::V4 => {
            let map: Map = metadata_fields(metadata, compat).into_iter().map(|f| (f.name, f.value)).collect();
            map.insert("IsRoot", is_root);
            Value::Map(map)
        }
        Compat::V3 => Value::Object(Arc::new(ChartStruct {
            metadata: Arc::new(Struct {
                name: "chart.Metadata",
                pointer: false,
                yaml_tags: false,
                fields: metadata_fields(metadata, compat),
            }),
            is_root,
        })),
    }
}

fn metadata_fields(m: &Metadata, compat: Compat) -> Vec<Field> {
    let shape = m.file_shape;
    let annotations = Type::map(Type::STRING, Type::STRING);
    let annotations = if m.annotations.is_empty() && !shape.empty_annotations {
        Map::nil(annotations)
    } else {
        let entries = m.annotations.iter().map(|(k, v)| (k.as_str().into(), Value::str(v.as_str())));
        Map::from_entries(annotations, entries.collect())
    };
    vec![
        Field::new("Name", "name", Value::str(m.name.as_str())),
        Field::new("Home", "home", Value::str(m.home.as_str())),
        Field::new("Sources", "sources", string_list(&m.sources, shape.empty_sources, compat)),
        Field::new("Version", "version", Value::str(m.version.as_str())),
        Field::new("Description", "description", Value::str(m.description.as_str())),
        Field::new("Keywords", "keywords", string_list(&m.keywords, shape.empty_keywords, compat)),
        Field::new("Maintainers", "maintainers", structs(&m.maintainers, shape.empty_maintainers, compat)),
        Field::new("Icon", "icon", Value::str(m.icon.as_str())),
        Field::new("APIVersion", "apiVersion", Value::str(m.api_version.as_str())),
        Field::new("Condition", "condition", Value::str(m.condition.as_str())),
        Field::new("Tags", "tags", Value::str(m.tags.as_str())),
        Field::new("AppVersion", "appVersion", Value::str(m.app_version.as_str())),
        Field::new("Deprecated", "deprecated", Value::Bool(m.deprecated)),
        Field::new("Annotations", "annotations", Value::Map(annotations)),
        Field::new("KubeVersion", "kubeVersion", Value::str(m.kube_version.as_str())),
        Field::new("Dependencies", "dependencies", structs(&m.dependencies, false, compat)),
        Field::new("Type", "type", Value::str(m.chart_type.as_str())),
    ]
}

trait Fields {
    /// The Go type.
    const NAME: &'static str;
    /// Whether the fields have tags for YAML as well as for JSON.
    const YAML_TAGS: bool;

    fn fields(&self, compat: Compat) -> Vec<Field>;
}

impl Fields for Maintainer {
    const NAME: &'static str = "chart.Maintainer";
    const YAML_TAGS: bool = false;

    fn fields(&self, _: Compat) -> Vec<Field> {
        vec![
            Field::new("Name", "name", Value::str(self.name.as_str())),
            Field::new("Email", "email", Value::str(self.email.as_str())),
            Field::new("URL", "url", Value::str(self.url.as_str())),
        ]
    }
}

impl Fields for Dependency {
    const NAME: &'static str = "chart.Dependency";
    const YAML_TAGS: bool = true;

    fn fields(&self, compat: Compat) -> Vec<Field> {
        let imports: Vec<Value> =
            self.import_values.iter().map(|v| govalue::json::from_serde(v.clone())).collect();
        let imports = match compat {
            Compat::V3 if imports.is_empty() => List::nil(Type::slice(Type::Any)),
            _ => List::new(imports),
        };
        vec![
            Field::new("Name", "name", Value::str(self.name.as_str())).always(),
            Field::new("Version", "version", Value::str(self.version.as_str())),
            Field::new("Repository", "repository", Value::str(self.repository.as_str())).always(),
            Field::new("Condition", "condition", Value::str(self.condition.as_str())),
            Field::new("Tags", "tags", string_list(&self.tags, self.empty_tags, compat)),
            Field::new("Enabled", "enabled", Value::Bool(self.enabled)),
            Field::new("ImportValues", "import-values", Value::List(imports)),
            Field::new("Alias", "alias", Value::str(self.alias.as_str())),
        ]
    }
}

/// Helm 4 makes `[]interface {}` of every slice, Helm 3 shows `[]string`, nil unless a list was given.
fn string_list(items: &[String], given: bool, compat: Compat) -> Value {
    let values = items.iter().map(|s| Value::str(s.as_str()));
    Value::List(match compat {
        Compat::V4 => values.collect(),
        Compat::V3 if items.is_empty() && !given => List::nil(Type::slice(Type::STRING)),
        Compat::V3 => List::strings(values),
    })
}

fn structs<T: Fields>(items: &[T], given: bool, compat: Compat) -> Value {
    Value::List(match compat {
        Compat::V4 => {
            let map = |item: &T| item.fields(compat).into_iter().map(|f| (f.name, f.value)).collect::<Map>();
            items.iter().map(map).collect()
        }
        Compat::V3 => {
            let object = |item: &T| {
                let fields = item.fields(compat);
                Value::Object(Arc::new(Struct {
                    name: T::NAME,
                    pointer: true,
                    yaml_tags: T::YAML_TAGS,
                    fields,
                }))
            };
            let ty = Type::slice(Type::pointer(struct_type(T::NAME)));
            match items.is_empty() && !given {
                true => List::nil(ty),
                false => List::with_type(ty, items.iter().map(object).collect()),
            }
        }
    })
}

/// A field of a Go struct with the name of its JSON tag; `omitempty` unless it is always written.
#[derive(Clone)]
struct Field {
    name: &'static str,
    json: &'static str,
    value: Value,
    always: bool,
}

impl Field {
    fn new(name: &'static str, json: &'static str, value: Value) -> Field {
        Field { name, json, value, always: false }
    }

    fn always(self) -> Field {
        Field { always: true, ..self }
    }
}

/// A Go struct, or a pointer to one.
#[derive(Clone)]
struct Struct {
    name: &'static str,
    pointer: bool,
    yaml_tags: bool,
    fields: Vec<Field>,
}

impl Struct {
    /// The members that a tag names, the empty ones left out.
    fn tagged(&self) -> Vec<(String, Value)> {
        let written = self.fields.iter().filter(|f| f.always || f.value.truth());
        written.map(|f| (f.json.to_owned(), f.value.clone())).collect()
    }
}

impl Object for Struct {
    fn type_of(&self) -> Type {
        let ty = struct_type(self.name);
        if self.pointer { Type::pointer(ty) } else { ty }
    }

    fn kind(&self) -> Kind {
        if self.pointer { Kind::Pointer } else { Kind::Struct }
    }

    fn deref(&self) -> Option<Value> {
        self.pointer.then(|| Value::Object(Arc::new(Struct { pointer: false, ..self.clone() })))
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.fields.iter().find(|f| f.name == name).map(|f| f.value.clone())
    }

    fn fields(&self) -> Vec<StructField> {
        let field = |f: &Field| StructField {
            name: f.name,
            value: f.value.clone(),
            ty: f.value.type_of().unwrap_or(Type::Any),
        };
        self.fields.iter().map(field).collect()
    }

    fn json_fields(&self) -> Option<Vec<(String, Value)>> {
        Some(self.tagged())
    }

    fn yaml_fields(&self) -> Option<Vec<(String, Value)>> {
        self.yaml_tags.then(|| self.tagged())
    }

    fn to_json(&self) -> Option<Value> {
        Some(as_map(self.tagged()))
    }
}

/// Helm 3's `.Chart`: the metadata embedded in an unnamed struct.
struct ChartStruct {
    metadata: Arc<Struct>,
    is_root: bool,
}

impl Object for ChartStruct {
    fn type_of(&self) -> Type {
        Type::Struct(Arc::from("struct { chart.Metadata; IsRoot bool }"))
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "IsRoot" => Some(Value::Bool(self.is_root)),
            "Metadata" => Some(Value::Object(self.metadata.clone())),
            _ => self.metadata.field(name),
        }
    }

    fn fields(&self) -> Vec<StructField> {
        vec![
            StructField {
                name: "Metadata",
                value: Value::Object(self.metadata.clone()),
                ty: self.metadata.type_of(),
            },
            StructField { name: "IsRoot", value: Value::Bool(self.is_root), ty: Type::BOOL },
        ]
    }

    fn is_embedded(&self, name: &str) -> bool {
        name == "Metadata"
    }

    fn json_fields(&self) -> Option<Vec<(String, Value)>> {
        let mut members = self.metadata.tagged();
        members.push(("IsRoot".to_owned(), Value::Bool(self.is_root)));
        Some(members)
    }

    fn to_json(&self) -> Option<Value> {
        self.json_fields().map(as_map)
    }
}

/// Members as the map that YAML, which sorts them, is written from.
pub(crate) fn as_map(members: Vec<(String, Value)>) -> Value {
    Value::Map(members.into_iter().collect())
}
