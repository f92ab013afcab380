package main

import (
	"encoding/json"

	chart3 "helm.sh/helm/v3/pkg/chart"
	util3 "helm.sh/helm/v3/pkg/chartutil"
	common4 "helm.sh/helm/v4/pkg/chart/common/util"
	chart4 "helm.sh/helm/v4/pkg/chart/v2"
	util4 "helm.sh/helm/v4/pkg/chart/v2/util"
)

func nullable(text json.RawMessage) map[string]any {
	var values map[string]any
	if len(text) > 0 {
		if err := json.Unmarshal(text, &values); err != nil {
			panic(err)
		}
	}
	return values
}

func build3(n *node) *chart3.Chart {
	c := &chart3.Chart{
		Metadata: &chart3.Metadata{APIVersion: "v2", Name: n.Name, Version: n.Version},
		Values:   nullable(n.Values),
	}
	if len(n.Dependencies) > 0 {
		if err := json.Unmarshal(n.Dependencies, &c.Metadata.Dependencies); err != nil {
			panic(err)
		}
	}
	if n.Schema != "" {
		c.Schema = []byte(n.Schema)
	}
	for _, sub := range n.Charts {
		c.AddDependency(build3(sub))
	}
	return c
}

func build4(n *node) *chart4.Chart {
	c := &chart4.Chart{
		Metadata: &chart4.Metadata{APIVersion: "v2", Name: n.Name, Version: n.Version},
		Values:   nullable(n.Values),
	}
	if len(n.Dependencies) > 0 {
		if err := json.Unmarshal(n.Dependencies, &c.Metadata.Dependencies); err != nil {
			panic(err)
		}
	}
	if n.Schema != "" {
		c.Schema = []byte(n.Schema)
	}
	for _, sub := range n.Charts {
		c.AddDependency(build4(sub))
	}
	return c
}

func dump3(c *chart3.Chart) any {
	charts := []any{}
	for _, d := range c.Dependencies() {
		charts = append(charts, dump3(d))
	}
	return answer{
		"metadata": c.Metadata, "values": typed(c.Values), "path": c.ChartFullPath(), "charts": charts,
	}
}

func dump4(c *chart4.Chart) any {
	charts := []any{}
	for _, d := range c.Dependencies() {
		charts = append(charts, dump4(d))
	}
	return answer{
		"metadata": c.Metadata, "values": typed(c.Values), "path": c.ChartFullPath(), "charts": charts,
	}
}

// Coalesces, processes dependencies, and coalesces the outcome, as rendering does.
func askProcess(q *question, a answer) error {
	if q.Compat == 3 {
		c := build3(q.Chart)
		if q.Mode == "coalesce" {
			coalesced, err := util3.CoalesceValues(c, decode(q.Values))
			a["coalesced"] = typed(map[string]any(coalesced))
			if err != nil {
				return err
			}
			merged, err := util3.MergeValues(c, decode(q.Values))
			a["merged"] = typed(map[string]any(merged))
			return err
		}
		values := decode(q.Values)
		if err := util3.ProcessDependenciesWithMerge(c, values); err != nil {
			return err
		}
		a["chart"] = dump3(c)
		coalesced, err := util3.CoalesceValues(c, values)
		a["coalesced"] = typed(map[string]any(coalesced))
		return err
	}
	c := build4(q.Chart)
	if q.Mode == "coalesce" {
		coalesced, err := common4.CoalesceValues(c, decode(q.Values))
		a["coalesced"] = typed(map[string]any(coalesced))
		if err != nil {
			return err
		}
		merged, err := common4.MergeValues(c, decode(q.Values))
		a["merged"] = typed(map[string]any(merged))
		return err
	}
	values := decode(q.Values)
	if err := util4.ProcessDependencies(c, values); err != nil {
		return err
	}
	a["chart"] = dump4(c)
	coalesced, err := common4.CoalesceValues(c, values)
	a["coalesced"] = typed(map[string]any(coalesced))
	return err
}

func askSchema(q *question, _ answer) error {
	values := decode(q.Values)
	if q.Compat == 3 {
		return util3.ValidateAgainstSchema(build3(q.Chart), values)
	}
	return common4.ValidateAgainstSchema(build4(q.Chart), values)
}
