using Microsoft.AspNetCore.Builder;
using Ravatar.Samples;

const string Description = """
    Serves a page on which one talks to a RAVATAR avatar: by text, by voice, and in Live Mode. Prints the page's address on stdout; everything
    else goes to stderr. Ctrl+C or SIGTERM ends it.
    """;

WebOptions options = new();
return await SampleCommand.RunAsync(
    Description,
    args,
    options.All,
    async (given, settings, console, cancellationToken) =>
    {
        WebSettings web = options.Read(given);
        await using SampleService service = await SampleService.StartAsync(settings, "Ravatar.Samples.Web", console);
        await using WebApplication app = WebServer.Create(service, settings, web, console);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException e)
        {
            throw new UsageException($"--urls: the page cannot be served there. {e.Message}");
        }
        foreach (string address in app.Urls)
        {
            console.Print(address);
        }
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        finally
        {
            await app.StopAsync(CancellationToken.None);
        }
    }
);
