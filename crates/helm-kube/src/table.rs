use serde::Deserialize;
use serde_json::Value;

use crate::transport::Call;
use crate::{Cluster, Error, ListOptions, Resource, ResourceType};

/// Asks for a table; a server or kind without one answers with the objects.
const ACCEPT: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";

/// Objects as the server would have them shown (`meta.k8s.io` Table).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Table {
    /// The columns.
    pub column_definitions: Vec<Column>,
    /// One row an object.
    pub rows: Vec<Row>,
}

/// A column of a table.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Column {
    /// Its heading.
    pub name: String,
    /// The type of its cells.
    #[serde(rename = "type")]
    pub kind: String,
    /// The format of its cells, such as `name`.
    pub format: String,
    /// Zero for columns that are always shown.
    pub priority: i32,
}

/// A row of a table.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Row {
    /// A cell a column.
    pub cells: Vec<Value>,
    /// The object.
    pub object: Value,
}

impl Cluster {
    /// An object as a table of one row.
    pub async fn table(&self, resource: &Resource) -> Result<Table, Error> {
        let Resource { resource_type, namespace, name, .. } = resource;
        let call = Call::get(resource_type.object_path(namespace, name));
        self.read_table(call.about(&resource_type.group_resource(), name)).await
    }

    /// Objects of a type as a table.
    pub async fn list_table(
        &self,
        resource_type: &ResourceType,
        namespace: &str,
        options: &ListOptions<'_>,
    ) -> Result<Table, Error> {
        let call = Call::get(resource_type.collection_path(namespace))
            .about(&resource_type.group_resource(), "")
            .query_if("labelSelector", options.label_selector)
            .query_if("fieldSelector", options.field_selector);
        self.read_table(call).await
    }

    async fn read_table(&self, call: Call) -> Result<Table, Error> {
        self.json(call.accept(ACCEPT).query("includeObject", "Object")).await
    }
}
