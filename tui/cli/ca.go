package cli

import (
	"github.com/spf13/cobra"

	"tacklebox/tui/cli/command"
)

func caCommand(a *App) *cobra.Command {
	var pem bool
	cmd := &cobra.Command{
		Use:   "ca",
		Short: "Say which certificate clients of the HTTPS port trust, and how they are told",
		Args:  command.Args(),
	}
	cmd.Flags().BoolVar(&pem, "print", false, "print the certificate (PEM)")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		text, path, err := a.Client().Authority(cmd.Context())
		if err != nil {
			return err
		}
		switch {
		case a.JSON:
			return a.Out.JSON(map[string]string{"path": path, "pem": text})
		case pem:
			a.Out.Text(text)
			return nil
		case path == "":
			a.Out.Line("this sandbox keeps nothing on disk: 'tacklebox ca --print > ca.pem' writes its certificate")
			path = "ca.pem"
		default:
			a.Out.Line("%s", path)
		}
		a.Out.Line("")
		for _, line := range howToTrust(path) {
			a.Out.Line("%s", line)
		}
		return nil
	}
	return cmd
}

// howToTrust says how each kind of client is told to trust a certificate.
func howToTrust(path string) []string {
	return []string{
		"Node     NODE_EXTRA_CA_CERTS=" + path + " node app.js",
		"Python   SSL_CERT_FILE=" + path + " python app.py    (requests: REQUESTS_CA_BUNDLE)",
		"Go       SSL_CERT_FILE=" + path + " ./app",
		"curl     curl --cacert " + path + " https://localhost:4780/_/readyz",
		"Java     keytool -importcert -noprompt -alias tacklebox -file " + path + " -keystore tacklebox.jks -storepass changeit",
		"         java -Djavax.net.ssl.trustStore=tacklebox.jks -jar app.jar",
	}
}
